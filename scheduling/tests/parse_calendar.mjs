// Read a calendar on standard input with ical.js and print its events as JSON, every instant by the calendar's own VTIMEZONEs.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

ICAL.design.strict = true;

function instant(event, name) {
  const time = event.getFirstPropertyValue(name);
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`${name} floats: ${time}`);
  return new Date(time.toUnixTime() * 1000).toISOString();
}

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((event) => ({
  uid: event.getFirstPropertyValue("uid"),
  sequence: event.getFirstPropertyValue("sequence"),
  starts_at: instant(event, "dtstart"),
  ends_at: instant(event, "dtend"),
  status: event.getFirstPropertyValue("status"),
  summary: event.getFirstPropertyValue("summary"),
  location: event.getFirstPropertyValue("location"),
}));
process.stdout.write(JSON.stringify(events));
