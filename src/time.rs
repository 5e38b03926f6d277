//! Instants and the texts the service writes them as. No clock: callers bring the time.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::ascii::Ascii;

const SECONDS_PER_DAY: i64 = 86_400;

/// 0000-01-01T00:00:00Z.
const EARLIEST: i64 = -62_167_219_200;

/// 9999-12-31T23:59:59Z.
const LATEST: i64 = 253_402_300_799;

/// The Unix epoch was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// The texts have four digits for the year: instants outside the years 0000 to 9999 are written as the nearest one inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// ISO 8601 basic form, as V4 signatures use it: `20240517T080910Z`.
    pub fn iso8601_basic(self) -> String {
        Civil::of(self).iso8601_basic().as_str().to_owned()
    }

    /// The two dates of a V4 signature.
    pub(crate) fn stamp(self) -> Stamp {
        let date = Civil::of(self);
        Stamp {
            basic: date.iso8601_basic(),
            http: date.http_date(),
        }
    }

    /// ISO 8601 extended form with milliseconds, as documents and policies use it: `2024-05-17T08:09:10.000Z`.
    pub fn iso8601_millis(self) -> String {
        let date = Civil::of(self);
        let mut text = String::with_capacity(24);
        push_year(&mut text, &date);
        text.push('-');
        push_pair(&mut text, date.month);
        text.push('-');
        push_pair(&mut text, date.day);
        text.push('T');
        push_clock(&mut text, &date);
        text.push_str(".000Z");
        text
    }

    /// IMF-fixdate (RFC 9110, section 5.6.7): `Fri, 17 May 2024 08:09:10 GMT`.
    pub fn http_date(self) -> String {
        Civil::of(self).http_date().as_str().to_owned()
    }

    /// Reads the three forms of RFC 9110, section 5.6.7: IMF-fixdate, RFC 850 and asctime.
    ///
    /// The name of the weekday is not compared with the date, and one-digit days are taken. Two-digit years from 70 on
    /// are of the 20th century.
    pub fn parse_http_date(text: &str) -> Option<Timestamp> {
        let separated = text.split([' ', ',', '-']).filter(|word| !word.is_empty());
        let mut words = [""; 6];
        for (position, word) in separated.enumerate() {
            *words.get_mut(position)? = word;
        }
        let (day, month, year, clock) = match words {
            [_, day, month, year, clock, "GMT" | "UTC"] => (day, month, year, clock),
            [_, month, day, clock, year, ""] => (day, month, year, clock),
            _ => return None,
        };
        let month = 1 + MONTHS
            .iter()
            .position(|name| name.eq_ignore_ascii_case(month))? as i64;
        let year = match (year.len(), number(year)?) {
            (4, year) => year,
            (2, year) if year >= 70 => 1900 + year,
            (2, year) => 2000 + year,
            _ => return None,
        };
        let mut parts = clock.split(':');
        let mut part = || parts.next().filter(|part| part.len() == 2).and_then(number);
        let (hour, minute, second) = (part()?, part()?, part()?);
        if parts.next().is_some() || day.len() > 2 {
            return None;
        }
        instant(year, month, number(day)?, hour, minute, second)
    }

    /// Reads `2024-05-17T08:09:10.000Z`, with any number of fractional digits (dropped) or none, and the basic form
    /// `20240517T080910Z`. The zone is `Z` or, as `+08:00`, the difference to it.
    pub fn parse_iso8601(text: &str) -> Option<Timestamp> {
        let (date, clock) = text.split_once('T')?;
        let (clock, east) = match clock.strip_suffix('Z') {
            Some(clock) => (clock, 0),
            None => zone(clock)?,
        };
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let ((year, month, day), (hour, minute, second)) = match (date.len(), clock.len()) {
            (10, 8) => (triple(date, 4, "-")?, triple(clock, 2, ":")?),
            (8, 6) => (triple(date, 4, "")?, triple(clock, 2, "")?),
            _ => return None,
        };
        let local = instant(year, month, day, hour, minute, second)?;
        Some(Timestamp(local.0 - east))
    }
}

/// A time of day without its zone, and by how many seconds that is ahead of UTC.
fn zone(clock: &str) -> Option<(&str, i64)> {
    let at = clock.rfind(['+', '-'])?;
    let (clock, zone) = clock.split_at_checked(at)?;
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    Some((
        clock,
        if zone.starts_with('-') {
            -seconds
        } else {
            seconds
        },
    ))
}

/// Keeps the dates of the first signature of a request, so that headers can borrow them.
#[derive(Debug, Default)]
pub struct Dates(OnceCell<Stamp>);

impl Dates {
    /// Both texts of `stamp`, borrowed from here if these are the first ones.
    pub(crate) fn texts(&self, stamp: &Stamp) -> (Cow<'_, str>, Cow<'_, str>) {
        match self.0.set(*stamp) {
            Ok(()) => {
                let kept = self.0.get();
                let kept = kept.map(|stamp| (stamp.basic.as_str(), stamp.http.as_str()));
                let (basic, http) = kept.unwrap_or_default();
                (basic.into(), http.into())
            }
            Err(later) => {
                let basic = later.basic.as_str().to_owned();
                (basic.into(), later.http.as_str().to_owned().into())
            }
        }
    }
}

/// One instant as [`Timestamp::iso8601_basic`] and as [`Timestamp::http_date`] write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub basic: Ascii<16>,
    pub http: Ascii<29>,
}

/// A date of the proleptic Gregorian calendar with a time of day, UTC.
struct Civil {
    year: i64,
    month: i64,
    month_name: &'static str,
    day: i64,
    weekday: &'static str,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    fn of(time: Timestamp) -> Civil {
        let seconds = time.0.clamp(EARLIEST, LATEST);
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let in_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (year, month, day) = date_of(days);
        Civil {
            year,
            month,
            month_name: MONTHS[(month - 1).rem_euclid(12) as usize],
            day,
            weekday: WEEKDAYS[days.rem_euclid(7) as usize],
            hour: in_day / 3600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
        }
    }

    fn iso8601_basic(&self) -> Ascii<16> {
        let mut text = Ascii::new();
        let mut at = 0;
        for pair in [self.year / 100, self.year, self.month, self.day] {
            at = text.put_pair(at, pair);
        }
        at = text.put(at, "T");
        for pair in [self.hour, self.minute, self.second] {
            at = text.put_pair(at, pair);
        }
        text.put(at, "Z");
        text
    }

    fn http_date(&self) -> Ascii<29> {
        let mut text = Ascii::new();
        let mut at = text.put(0, self.weekday);
        at = text.put(at, ", ");
        at = text.put_pair(at, self.day);
        at = text.put(at, " ");
        at = text.put(at, self.month_name);
        at = text.put(at, " ");
        at = text.put_pair(at, self.year / 100);
        at = text.put_pair(at, self.year);
        for (before, pair) in [(" ", self.hour), (":", self.minute), (":", self.second)] {
            at = text.put(at, before);
            at = text.put_pair(at, pair);
        }
        text.put(at, " GMT");
        text
    }
}

// Both directions count years from March, so that the leap day is the last of its year, and group them in eras of 400
// years, which all have the same length.
const DAYS_PER_ERA: i64 = 146_097;

/// From 0000-03-01 to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_468;

/// Year, month and day of the day that begins `days` days after the epoch.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let in_era = days.rem_euclid(DAYS_PER_ERA);
    let year_of_era = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * in_year + 2) / 153;
    let day = in_year - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// Days from the epoch to the given date; the opposite of [`date_of`].
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = (month + 9) % 12;
    let in_year = (153 * from_march + 2) / 5 + day - 1;
    let in_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + in_year;
    era * DAYS_PER_ERA + in_era - DAYS_TO_EPOCH
}

/// The instant, if there is such a date and time. A leap second counts as the second after it.
fn instant(
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
) -> Option<Timestamp> {
    let in_range = (0..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !in_range {
        return None;
    }
    let days = days_to(year, month, day);
    // The 30th of February would silently become a day of March.
    if date_of(days) != (year, month, day) {
        return None;
    }
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    Some(Timestamp(seconds))
}

/// Three numbers: the first of `first` digits, the others of two, with `separator` between them.
fn triple(text: &str, first: usize, separator: &str) -> Option<(i64, i64, i64)> {
    let (a, rest) = text.split_at_checked(first)?;
    let (b, rest) = rest.strip_prefix(separator)?.split_at_checked(2)?;
    let c = rest.strip_prefix(separator)?;
    Some((number(a)?, number(b)?, number(c)?))
}

/// A decimal number without sign.
fn number(text: &str) -> Option<i64> {
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| text.parse().ok()).flatten()
}

fn push_clock(text: &mut String, date: &Civil) {
    push_pair(text, date.hour);
    text.push(':');
    push_pair(text, date.minute);
    text.push(':');
    push_pair(text, date.second);
}

fn push_year(text: &mut String, date: &Civil) {
    push_pair(text, date.year / 100);
    push_pair(text, date.year % 100);
}

/// Two decimal digits of `value`, which is from 0 to 99.
fn push_pair(text: &mut String, value: i64) {
    let value = value as u8;
    text.push(char::from(b'0' + value / 10 % 10));
    text.push(char::from(b'0' + value % 10));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_three_forms() {
        let time = Timestamp(1_715_933_350);
        assert_eq!(time.iso8601_basic(), "20240517T080910Z");
        assert_eq!(time.iso8601_millis(), "2024-05-17T08:09:10.000Z");
        assert_eq!(time.http_date(), "Fri, 17 May 2024 08:09:10 GMT");
        assert_eq!(Timestamp(0).http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(Timestamp(-1).iso8601_basic(), "19691231T235959Z");
    }

    #[test]
    fn stays_inside_four_digit_years() {
        assert_eq!(Timestamp(i64::MIN).iso8601_basic(), "00000101T000000Z");
        assert_eq!(
            Timestamp(i64::MAX).http_date(),
            "Fri, 31 Dec 9999 23:59:59 GMT"
        );
    }

    #[test]
    fn every_day_survives_the_round_trip() {
        // One whole era, with all kinds of leap years in it.
        for day in 0..=DAYS_PER_ERA {
            let (year, month, date) = date_of(day);
            assert_eq!(days_to(year, month, date), day);
        }
        for time in [EARLIEST, -1, 0, 951_782_400, LATEST].map(Timestamp) {
            assert_eq!(Timestamp::parse_iso8601(&time.iso8601_basic()), Some(time));
            assert_eq!(Timestamp::parse_iso8601(&time.iso8601_millis()), Some(time));
            assert_eq!(Timestamp::parse_http_date(&time.http_date()), Some(time));
        }
    }

    #[test]
    fn reads_zones() {
        let noon = Timestamp(1_795_694_400);
        for text in [
            "2026-11-26T12:00:00Z",
            "2026-11-26T12:00:00+00:00",
            "2026-11-26T20:00:00+08:00",
            "2026-11-26T08:30:00.123456-03:30",
            "2026-11-26T12:00:00.1234567890123456789012345Z",
        ] {
            assert_eq!(Timestamp::parse_iso8601(text), Some(noon), "{text}");
        }
        for text in ["+8:00", "+0800", "+24:00", "+08:60", "", "+", "-"] {
            let text = format!("2026-11-26T12:00:00{text}");
            assert_eq!(Timestamp::parse_iso8601(&text), None, "{text}");
        }
    }

    #[test]
    fn reads_all_http_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                Timestamp::parse_http_date(text),
                Some(Timestamp(784_111_777)),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "Sun",
            "Sun, 06 Nov 1994 08:49:37 PST",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        ] {
            assert_eq!(Timestamp::parse_http_date(text), None, "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2024-05-17T08:09:10",
            "2023-02-29T00:00:00Z",
            "2024-05-17T08:09:10.Z",
            "2024-5-017T08:09:10Z",
            "日本-05-17T08:09:10Z",
            "20240517T08:09:10Z",
        ] {
            assert_eq!(Timestamp::parse_iso8601(text), None, "{text}");
        }
        assert_eq!(
            Timestamp::parse_iso8601("2024-05-17T08:09:10.123456Z"),
            Some(Timestamp(1_715_933_350))
        );
    }
}
