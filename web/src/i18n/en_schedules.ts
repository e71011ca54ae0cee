// SPDX-License-Identifier: Apache-2.0
// The English texts about what starts by itself.
export const enSchedules = {
  schedules: {
    title: "Starts by itself",
    list: "When it starts by itself",
    add: "Add a time",
    addHint:
      "It starts at this time by the clocks of this place, as you, for as long as you hold the right that starting it needs.",
    save: "Add",
    name: "Name",
    nightly: "Nightly",
    time: "Time of day",
    zone: "By the clocks of",
    days: "On",
    everyDay: "every day",
    between: ", ",
    when: "at {{time}}, {{days}}, {{zone}}",
    next: "Next:",
    last: "last:",
    itsRun: "its run",
    missed: "If no server ran at that time",
    makeUp: {
      one: "Make up for the last one",
      all: "Make up for each",
      skip: "Do nothing",
    },
    needed: "This is needed.",
    unknownZone: "The server does not know the clocks of this place.",
    remove: "Remove",
    removeOne: "Remove: {{name}}",
    removeTitle: "Remove “{{name}}”?",
    removeLead: "It starts nothing any more. What it has started goes on.",
  },
};
