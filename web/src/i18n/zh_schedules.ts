// SPDX-License-Identifier: Apache-2.0
// The Chinese texts about what starts by itself.
export const zhSchedules = {
  schedules: {
    title: "定时启动",
    list: "何时自动启动",
    add: "添加时间",
    addHint: "到达所选地点的这一时间时，以您的身份自动启动，直到您不再拥有启动它所需的权限。",
    save: "添加",
    name: "名称",
    nightly: "每夜",
    time: "时间",
    zone: "按何处的时钟",
    days: "哪几天",
    everyDay: "每天",
    between: "、",
    when: "{{days}} {{time}}，{{zone}}",
    next: "下次：",
    last: "上次：",
    itsRun: "查看任务",
    missed: "届时没有服务器运行时",
    makeUp: {
      one: "补做最近一次",
      all: "逐次补做",
      skip: "不补做",
    },
    needed: "此项必填。",
    unknownZone: "服务器不知道此处的时钟。",
    remove: "移除时间",
    removeOne: "移除时间：{{name}}",
    removeTitle: "移除时间“{{name}}”？",
    removeLead: "之后不再自动启动；已启动的会继续。",
  },
};
