//! The server's clock, which a test may put wrong, and the forms in which OSS writes times.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second of the year 9999.
const LAST_MS: i64 = 253_402_300_799_000;

/// A clock that may go wrong on purpose.
#[derive(Debug, Default)]
pub struct Clock {
    skew_seconds: AtomicI64,
}

impl Clock {
    pub fn set_skew(&self, seconds: i64) {
        self.skew_seconds.store(seconds, Ordering::Relaxed);
    }

    /// Milliseconds since 1970, as this server believes.
    pub fn now_ms(&self) -> i64 {
        let skew = self.skew_seconds.load(Ordering::Relaxed);
        moved(true_now_ms(), skew.saturating_mul(1000))
    }
}

/// A time that is wrong by so much, but still one of the years 1970 to 9999: others have no form, and cannot be counted
/// on from.
pub fn moved(ms: i64, by_ms: i64) -> i64 {
    ms.saturating_add(by_ms).clamp(0, LAST_MS)
}

/// Milliseconds since 1970, as the machine believes.
pub fn true_now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `Fri, 17 May 2024 08:09:10 GMT`
pub fn http_date(ms: i64) -> String {
    // httpdate knows the years 1970 to 9999 and panics outside of them.
    let ms = u64::try_from(ms.clamp(0, LAST_MS)).unwrap_or(0);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(ms))
}

/// `2024-05-17T08:09:10.000Z`: whole seconds, as the service writes them, since clients read nothing else.
pub fn iso_date(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(86_400_000));
    let rest = ms.rem_euclid(86_400_000);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

/// Seconds since 1970 of an HTTP date. One-digit days are taken too: some clients write them.
pub fn parse_http_date(text: &str) -> Option<i64> {
    let text = text.trim();
    let padded;
    let text = match text.split_once(", ") {
        Some((weekday, rest)) if rest.as_bytes().get(1) == Some(&b' ') => {
            padded = format!("{weekday}, 0{rest}");
            &padded
        }
        _ => text,
    };
    let time = httpdate::parse_http_date(text).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// Seconds since 1970 of `20240517T080910Z`.
pub fn parse_compact(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    seconds([
        number(0, 4)?,
        number(4, 6)?,
        number(6, 8)?,
        number(9, 11)?,
        number(11, 13)?,
        number(13, 15)?,
    ])
}

/// Milliseconds since 1970 of `2024-05-17T08:09:10Z`, with or without a fraction.
pub fn parse_iso(text: &str) -> Option<i64> {
    let text = text.trim().strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let bytes = whole.as_bytes();
    if bytes.len() != 19
        || bytes[4] != b'-'
        || bytes[7] != b'-'
        || bytes[10] != b'T'
        || bytes[13] != b':'
        || bytes[16] != b':'
    {
        return None;
    }
    let number = |from: usize, to: usize| digits(whole.get(from..to)?);
    let seconds = seconds([
        number(0, 4)?,
        number(5, 7)?,
        number(8, 10)?,
        number(11, 13)?,
        number(14, 16)?,
        number(17, 19)?,
    ])?;
    digits(fraction)?;
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(seconds * 1000 + digits(&millis)?)
}

/// Whether the text is a date of the form `YYYYMMDD`.
pub fn is_compact_day(text: &str) -> bool {
    text.len() == 8 && parse_compact(&format!("{text}T000000Z")).is_some()
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

fn seconds([year, month, day, hour, minute, second]: [i64; 6]) -> Option<i64> {
    let sound = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    sound.then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_agree() {
        assert_eq!(parse_compact("20240517T080910Z"), Some(1_715_933_350));
        assert_eq!(
            parse_http_date("Fri, 17 May 2024 08:09:10 GMT"),
            Some(1_715_933_350)
        );
        assert_eq!(
            parse_http_date("Mon, 5 Jan 2026 00:00:00 GMT"),
            Some(1_767_571_200)
        );
        assert_eq!(
            parse_iso("2024-05-17T08:09:10.250Z"),
            Some(1_715_933_350_250)
        );
        assert_eq!(iso_date(1_715_933_350_250), "2024-05-17T08:09:10.000Z");
        assert_eq!(
            http_date(1_715_933_350_250),
            "Fri, 17 May 2024 08:09:10 GMT"
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "20241317T080910Z",
            "20240517 080910Z",
            "2024051xT080910Z",
            "20240517T250910Z",
            "\u{e9}0240517T08091Z",
        ] {
            assert_eq!(parse_compact(text), None, "{text}");
        }
        assert_eq!(parse_iso("2024-05-17T08:09:10.Z"), None);
        assert_eq!(parse_iso("2024-05-17"), None);
    }
}
