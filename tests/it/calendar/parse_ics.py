#!/usr/bin/env python3
"""Reads a calendar with parsers that nobody here wrote, and compares what each has read with what was meant.

    parse_ics.py FEED.ics EXPECTED.json

EXPECTED is {"name": …, "entries": [{"uid", "summary", "description", "location", "url", "start", "end", "status", "transp",
"sequence", "created", "last_modified", "categories", "alarms"}]}, each member as a calendar program would understand it:
days as 2026-12-31, instants as 2026-12-31T10:00:00+00:00, the triggers of alarms in days, `end` and `location` null where
there are none. Ends are exclusive.
"""
import datetime
import json
import re
import sys


def moment(value):
    """A day or an instant as text; the two are never mixed up."""
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        assert value.tzinfo is not None, f"{value} floats"
        value = value.astimezone(datetime.timezone.utc)
    return value.isoformat()


def days(trigger):
    assert trigger % datetime.timedelta(days=1) == datetime.timedelta(0), trigger
    return trigger.days


def unescaped(text):
    """RFC 5545, 3.3.11."""
    return re.sub(r"\\(.)", lambda pair: "\n" if pair[1] in "nN" else pair[1], text)


def with_icalendar(data):
    from icalendar import Calendar

    calendar = Calendar.from_ical(data)
    assert calendar.errors == [], calendar.errors
    entries = []
    for event in calendar.walk("VEVENT"):
        assert event.errors == [], event.errors
        assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED")
        text = lambda name: str(event[name]) if name in event else None
        alarms = event.walk("VALARM")
        assert all(alarm["ACTION"] == "DISPLAY" and alarm["DESCRIPTION"] for alarm in alarms)
        entries.append({
            "uid": text("UID"),
            "summary": text("SUMMARY"),
            "description": text("DESCRIPTION"),
            "location": text("LOCATION"),
            "url": text("URL"),
            "start": moment(event.decoded("DTSTART")),
            "end": moment(event.decoded("DTEND", None)),
            "status": text("STATUS"),
            "transp": text("TRANSP"),
            "sequence": event.decoded("SEQUENCE"),
            "created": moment(event.decoded("CREATED")),
            "last_modified": moment(event.decoded("LAST-MODIFIED")),
            "categories": [str(c) for c in event["CATEGORIES"].cats] if "CATEGORIES" in event else [],
            "alarms": [days(alarm.decoded("TRIGGER")) for alarm in alarms],
        })
    # It does not know that NAME is a text, and leaves the escapes to us.
    return {"name": unescaped(str(calendar["NAME"])), "entries": entries}


def with_vobject(data):
    import vobject

    (calendar,) = vobject.readComponents(data.decode(), validate=True)
    entries = []
    for event in calendar.contents.get("vevent", []):
        value = lambda name: event.contents[name][0].value if name in event.contents else None
        assert value("dtstamp") == value("last-modified")
        entries.append({
            "uid": value("uid"),
            "summary": value("summary"),
            "description": value("description"),
            "location": value("location"),
            "url": value("url"),
            "start": moment(value("dtstart")),
            "end": moment(value("dtend")),
            "status": value("status"),
            "transp": value("transp"),
            "sequence": int(value("sequence")),
            "created": moment(value("created")),
            "last_modified": moment(value("last-modified")),
            "categories": value("categories") or [],
            "alarms": [days(alarm.trigger.value) for alarm in event.contents.get("valarm", [])],
        })
    return {"name": calendar.contents["name"][0].value, "entries": entries}


PARSERS = {"icalendar": with_icalendar, "vobject": with_vobject}


def compare(parser, read, meant):
    """Lines about what differs."""
    if read["name"] != meant["name"]:
        yield f"{parser}: the name is {read['name']!r}, not {meant['name']!r}"
    if len(read["entries"]) != len(meant["entries"]):
        yield f"{parser}: {len(read['entries'])} entries, not {len(meant['entries'])}"
    for number, (there, wanted) in enumerate(zip(read["entries"], meant["entries"])):
        assert there.keys() == wanted.keys(), there.keys() ^ wanted.keys()
        for member in wanted:
            if there[member] != wanted[member]:
                yield f"{parser}: entry {number}: {member} is {there[member]!r}, not {wanted[member]!r}"


def main(feed, expected):
    with open(feed, "rb") as file:
        data = file.read()
    with open(expected, encoding="utf-8") as file:
        meant = json.load(file)
    wrong = []
    for parser, read in PARSERS.items():
        wrong += compare(parser, read(data), meant)
    for line in wrong[:50]:
        print(line)
    print(f"{len(meant['entries'])} entries, {len(wrong)} differences")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
