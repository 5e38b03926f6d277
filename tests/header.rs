//! `include/oss.h` is what cbindgen makes of the files of `src/ffi`, one section after the other as
//! `src/ffi/sections.txt` lists them. `UPDATE=1 cargo test --test header` rewrites it.

use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config};

/// The most characters a line may have.
const WIDTH: usize = 80;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn header() -> PathBuf {
    root().join("include/oss.h")
}

/// A part of the header: a title, what it is for, and the files of `src/ffi` it is made of.
struct Section {
    title: String,
    purpose: String,
    files: Vec<String>,
}

/// The section that has the handles of all files, and the one that has the constants of `src/constants.rs`.
const HANDLES: &str = "@handles";
const CONSTANTS: &str = "@constants";

fn sections() -> Vec<Section> {
    let text = std::fs::read_to_string(root().join("src/ffi/sections.txt")).unwrap();
    text.trim_end().split("\n\n").map(section).collect()
}

fn section(text: &str) -> Section {
    let (head, purpose) = text.split_once('\n').expect("a heading and its lines");
    let (files, title) = head
        .strip_prefix('[')
        .and_then(|head| head.split_once("] "))
        .unwrap_or_else(|| panic!("src/ffi/sections.txt: {head:?} is not \"[FILES] TITLE\""));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Section {
        title: title.to_owned(),
        purpose: purpose.to_owned(),
        files: words(files),
    }
}

/// What one file of `src/ffi` declares: comments with their declarations.
struct Declarations {
    handles: Vec<String>,
    others: Vec<String>,
}

fn declarations(file: &str, config: &Config) -> Declarations {
    let path = root().join("src/ffi").join(file).with_extension("rs");
    let source = std::fs::read_to_string(&path).unwrap();
    let mut config = config.clone();
    config.header = None;
    config.after_includes = None;
    // Types that only other files use would be left out.
    let types = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub ")?.split_once(" oss_"));
    let name_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    config.export.include = types
        .filter(|(word, _)| ["struct", "type"].contains(word))
        .filter_map(|(_, rest)| Some(format!("oss_{}", rest.split(name_end).next()?)))
        .collect();
    let mut text = Vec::new();
    Builder::new()
        .with_config(config)
        .with_src(path)
        .generate()
        .unwrap()
        .write(&mut text);
    let text = String::from_utf8(text).unwrap();
    let items = text
        .trim()
        .split("\n\n")
        .filter(|item| !item.is_empty())
        .map(declaration);
    let is_handle = |item: &String| item.contains("\ntypedef struct oss_");
    let (handles, others) = items.partition(is_handle);
    Declarations { handles, others }
}

/// The constants of `src/constants.rs`: name, value and comment.
fn constants() -> Vec<(String, String, String)> {
    let source = std::fs::read_to_string(root().join("src/constants.rs")).unwrap();
    let (mut found, mut module, mut comment) = (Vec::new(), String::new(), String::new());
    for line in source.lines().map(str::trim_start) {
        if let Some(name) = line.strip_prefix("pub mod ") {
            module = name.trim_end_matches(" {").to_uppercase();
        } else if let Some(text) = line.strip_prefix("/// ") {
            comment = text.to_owned();
        } else if let Some((name, value)) = line
            .strip_prefix("pub const ")
            .and_then(|rest| rest.strip_suffix(';')?.split_once(": &str = "))
        {
            found.push((
                format!("OSS_{module}_{name}"),
                value.to_owned(),
                comment.clone(),
            ));
        }
    }
    found
}

fn defined((name, value, comment): (String, String, String)) -> String {
    format!("/// {comment}\n#define {name} {value}")
}

/// A function gets what a compiler has to know of it; everything else is as it should be.
fn declaration(item: &str) -> String {
    let comment: String = item
        .lines()
        .take_while(|line| line.starts_with("///"))
        .map(|line| format!("{line}\n"))
        .collect();
    let code = &item[comment.len()..];
    if code.starts_with(['#', 't', '}']) {
        return item.to_owned();
    }
    let words: Vec<&str> = code.split_whitespace().collect();
    let code = words.join(" ");
    let check = if must_be_checked(&code) {
        "OSS_CHECK\n"
    } else {
        ""
    };
    format!("{comment}{check}{}", folded(&format!("OSS_API {code}")))
}

/// Requests, and what goes on with them: who does not look at the result does not know whether anything happened.
fn must_be_checked(function: &str) -> bool {
    let sends =
        function.contains("(const oss_bucket *") || function.contains("(const oss_service *");
    sends && function.starts_with("oss_status")
        || ["oss_call_read(", "oss_call_next("]
            .iter()
            .any(|name| function.contains(name))
}

/// A declaration on one line, or one parameter a line.
fn folded(declaration: &str) -> String {
    if declaration.len() <= WIDTH {
        return declaration.to_owned();
    }
    let (head, parameters) = declaration.split_once('(').expect("a function");
    let aligned = format!("\n{:1$}", "", head.len() + 1);
    let lines = parameters.replace(", ", &format!(",{aligned}"));
    let fits = |text: &str| text.lines().all(|line| line.len() <= WIDTH);
    let whole = format!("{head}({lines}");
    if fits(&whole) {
        return whole;
    }
    format!("{head}(\n    {}", parameters.replace(", ", ",\n    "))
}

fn banner(section: &Section) -> String {
    let line = "-".repeat(WIDTH - 3);
    let purpose = section.purpose.replace('\n', "\n// ");
    format!(
        "// {line}\n// {}\n//\n// {purpose}\n// {line}",
        section.title
    )
}

fn generate() -> String {
    let config = Config::from_file(root().join("src/ffi/cbindgen.toml")).unwrap();
    let sections = sections();
    let files: Vec<(&str, Declarations)> = sections
        .iter()
        .flat_map(|section| &section.files)
        .filter(|file| !file.starts_with('@'))
        .map(|file| (file.as_str(), declarations(file, &config)))
        .collect();
    let mut parts = vec![
        config
            .header
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        config
            .after_includes
            .as_deref()
            .unwrap_or_default()
            .trim()
            .to_owned(),
        "#ifdef __cplusplus\nextern \"C\" {\n#endif".to_owned(),
    ];
    for section in &sections {
        parts.push(banner(section));
        if section.files[0] == CONSTANTS {
            parts.extend(constants().into_iter().map(defined));
        }
        for (file, declarations) in &files {
            if section.files[0] == HANDLES {
                parts.extend(declarations.handles.iter().cloned());
            } else if section.files.iter().any(|name| name == file) {
                parts.extend(declarations.others.iter().cloned());
            }
        }
    }
    parts.push("#ifdef __cplusplus\n} // extern \"C\"\n#endif\n\n#endif // OSS_H\n".to_owned());
    parts.join("\n\n")
}

#[test]
fn header_is_up_to_date() {
    let generated = generate();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(header(), &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(header()).unwrap_or_default();
    assert!(
        generated == checked_in,
        "include/oss.h differs from src/ffi; `UPDATE=1 cargo test --test header` rewrites it"
    );
}

/// A file of `src/ffi` that exports something and is in no section would be missing from the header.
#[test]
fn every_file_with_exports_has_a_section() {
    let listed: Vec<String> = sections()
        .into_iter()
        .flat_map(|section| section.files)
        .collect();
    for file in std::fs::read_dir(root().join("src/ffi")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let exports = source.contains("no_mangle") || source.contains("\npub const OSS_");
        assert!(
            !exports || listed.iter().any(|file| file == name),
            "src/ffi/sections.txt has no section for {name}.rs"
        );
    }
}

#[test]
fn sections_say_what_they_are_for_in_three_lines() {
    for section in sections() {
        let lines: Vec<&str> = section.purpose.lines().collect();
        assert_eq!(lines.len(), 3, "{}: {lines:?}", section.title);
    }
}

/// Eighty columns in all that a C programmer reads first, and one way to write comments.
#[test]
fn lines_are_short_and_comments_of_one_kind() {
    for (number, line) in generate().lines().enumerate() {
        let length = line.chars().count();
        assert!(
            length <= WIDTH,
            "include/oss.h:{}: {length} columns",
            number + 1
        );
        assert!(!line.contains("/*"), "include/oss.h:{}: {line}", number + 1);
        assert_eq!(line, line.trim_end(), "include/oss.h:{}", number + 1);
    }
}

#[test]
fn header_has_the_version_of_the_package() {
    let header = generate();
    for (part, value) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ] {
        let line = format!("#define OSS_VERSION_{part} {value}\n");
        assert!(header.contains(&line), "no {line:?} in include/oss.h");
    }
    let parts = env!("CARGO_PKG_VERSION").split(['.', '-']).take(3);
    let number = parts.fold(0, |number, part| {
        number * 100 + part.parse::<u32>().unwrap()
    });
    let line = format!("#define OSS_VERSION_NUMBER {number}\n");
    assert!(header.contains(&line), "no {line:?} in include/oss.h");
}

/// Every language has the constants of the core, with the same values.
#[test]
fn every_language_has_the_constants() {
    let files = [
        "bindings/go/constants.go",
        "bindings/csharp/src/Constants.cs",
    ];
    for file in files {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for (name, value, _) in constants() {
            assert!(
                text.contains(&format!("= {value}")),
                "{file} lacks {name}, {value}"
            );
        }
    }
}
