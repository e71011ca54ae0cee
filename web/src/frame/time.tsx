// SPDX-License-Identifier: Apache-2.0
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import { useTranslation } from "react-i18next";

dayjs.extend(utc);
dayjs.extend(timezone);

const known = new Map<string, boolean>();

function isZone(zone: string): boolean {
  const before = known.get(zone);
  if (before !== undefined) return before;
  let valid = true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    valid = false;
  }
  known.set(zone, valid);
  return valid;
}

/** An instant in a site's zone, or in the browser's where the site has none that is known. */
export const inZone = (at: string | number, zone?: string | null): dayjs.Dayjs =>
  zone && isZone(zone) ? dayjs(at).tz(zone) : dayjs(at);

interface TimeProps {
  at: string | number;
  zone?: string | null;
  /** "clock" is the time of day only; "minute" is for what is planned. */
  format?: keyof typeof formats;
}

const formats = {
  full: "YYYY-MM-DD HH:mm:ss Z",
  minute: "YYYY-MM-DD HH:mm Z",
  clock: "HH:mm:ss",
} as const;

/** Site time with its offset; UTC when the mouse rests on it. */
export function Time({ at, zone, format = "full" }: TimeProps) {
  const { t } = useTranslation();
  const local = inZone(at, zone);
  const moment = dayjs.utc(at);
  return (
    <time
      className="nowrap"
      dateTime={moment.toISOString()}
      title={`${local.format("YYYY-MM-DD HH:mm:ss Z")} · ${t("time/utc", {
        time: moment.format("YYYY-MM-DD HH:mm:ss.SSS"),
      })}`}
    >
      {local.format(formats[format])}
    </time>
  );
}
