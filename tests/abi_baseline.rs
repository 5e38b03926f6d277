//! What programs that are compiled already rely on: functions, types, constants, and where the fields of structs lie. All of it
//! is recorded in `tests/abi.txt`, and nothing recorded may change or go unless somebody decides that:
//! `UPDATE=1 cargo test --test abi_baseline`. What is new breaks nobody; a release records it with the same command.

mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use support::{root, scratch, tool};

/// A struct that the library fills and programs read.
struct Struct<'h> {
    name: &'h str,
    fields: Vec<&'h str>,
}

/// The header as statements, without comments and directives, each with single spaces.
fn statements(header: &str) -> Vec<String> {
    let code: Vec<&str> = header
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .filter(|line| !line.starts_with('#') && !line.contains("extern \"C\""))
        .collect();
    let mut found = Vec::new();
    let (mut depth, mut statement) = (0, String::new());
    for c in code.join("\n").chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ';' && depth <= 0 {
            let words: Vec<&str> = statement.split_whitespace().collect();
            found.push(words.join(" "));
            statement.clear();
            depth = 0;
        } else {
            statement.push(c);
        }
    }
    found
}

fn structs(statements: &[String]) -> Vec<Struct<'_>> {
    let whole = statements.iter().filter_map(|statement| {
        let (fields, name) = statement
            .strip_prefix("typedef struct {")?
            .split_once('}')?;
        let names = fields.split(';').filter_map(|field| {
            let name = field.trim().rsplit([' ', '*']).next()?;
            (!name.is_empty()).then_some(name)
        });
        Some(Struct {
            name: name.trim(),
            fields: names.collect(),
        })
    });
    whole.collect()
}

/// Where fields lie, as a C program has them. A struct may grow at its end, so its size is no promise.
fn layout(structs: &[Struct<'_>]) -> BTreeSet<String> {
    let mut program = String::from(
        "#include <oss.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n",
    );
    for Struct { name, fields } in structs {
        for field in fields {
            let _ = writeln!(
                program,
                "printf(\"field {name}.{field} at %zu, %zu bytes\\n\", offsetof({name}, {field}), sizeof((({name} *)0)->{field}));"
            );
        }
    }
    program.push_str("return 0; }\n");
    let directory = scratch("layout");
    let (source, compiled) = (directory.join("layout.c"), directory.join("layout"));
    std::fs::write(&source, program).unwrap();
    let include = root().join("include");
    let flags = ["-std=c99", "-I"].map(std::ffi::OsStr::new);
    let rest = [
        include.as_os_str(),
        source.as_os_str(),
        "-o".as_ref(),
        compiled.as_os_str(),
    ];
    tool("cc", "gcc", &[&flags[..], &rest].concat());
    let printed = support::succeed(&[&compiled], &[], &[]);
    printed.lines().map(str::to_owned).collect()
}

/// All that the header promises, a line each.
fn promises() -> BTreeSet<String> {
    let header = std::fs::read_to_string(root().join("include/oss.h")).unwrap();
    let statements = statements(&header);
    let structs = structs(&statements);
    assert!(
        structs.len() >= 2,
        "the structs of the header are not found"
    );
    let mut lines = layout(&structs);
    let others = statements
        .iter()
        .filter(|text| !text.starts_with("typedef struct {"));
    lines.extend(others.map(|text| text.replace("OSS_CHECK ", "").replace("OSS_API ", "")));
    lines.extend(header.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
        let is_value = name.starts_with("OSS_") && !name.starts_with("OSS_VERSION");
        (is_value && name != "OSS_API" && name != "OSS_CHECK")
            .then(|| format!("#define {name} {}", value.trim()))
    }));
    lines
}

#[test]
fn nothing_that_programs_rely_on_changes_unnoticed() {
    let file = root().join("tests/abi.txt");
    let now = promises();
    if std::env::var_os("UPDATE").is_some() {
        let lines: Vec<&str> = now.iter().map(String::as_str).collect();
        std::fs::write(&file, lines.join("\n") + "\n").unwrap();
        return;
    }
    let recorded = std::fs::read_to_string(&file).unwrap();
    assert!(recorded.lines().count() > 300, "tests/abi.txt is not whole");
    let broken: Vec<&str> = recorded
        .lines()
        .filter(|line| !now.contains(*line))
        .collect();
    assert!(
        broken.is_empty(),
        "programs that are compiled already rely on\n{}\nIf that is to change, raise the version and run: UPDATE=1 cargo test --test abi_baseline",
        broken.join("\n")
    );
}
