//! `editors/vscode/src/protocol.ts`: the same types and the same table for TypeScript.

use std::collections::BTreeMap;

use expect_test::expect_file;
use ts_rs::{Config, TS, TypeVisitor};

use crate::{daemon::ClientOptions, failure, failure::Failure, method};

/// What is written of the protocol.
#[derive(Default)]
pub(crate) struct Typescript {
    config: Config,
    /// Declarations by their types' names.
    types: BTreeMap<String, String>,
    /// Lines of the table that is being written.
    table: String,
}

impl Typescript {
    /// Adds a request to the table, and its types.
    pub(crate) fn request<P: TS + 'static, R: TS + 'static>(
        &mut self,
        method: &str,
        docs: &[&str],
    ) {
        let entry = format!(
            "{{ params: {}; result: {} }}",
            self.name::<P>(),
            self.name::<R>()
        );
        self.entry(method, docs, &entry);
    }

    /// Adds a notification to the table, and its type.
    pub(crate) fn notification<P: TS + 'static>(&mut self, method: &str, docs: &[&str]) {
        let params = self.name::<P>();
        self.entry(method, docs, &params);
    }

    fn entry(&mut self, method: &str, docs: &[&str], entry: &str) {
        let comment = comment(docs.iter().copied(), "  ");
        self.table
            .push_str(&format!("{comment}  \"{method}\": {entry};\n"));
    }

    fn name<T: TS + 'static>(&mut self) -> String {
        self.visit::<T>();
        T::visit_generics(self);
        T::name(&self.config)
    }

    fn table(&mut self, name: &str, docs: &str, fill: fn(&mut Typescript)) -> String {
        fill(self);
        let lines = std::mem::take(&mut self.table);
        format!("/** {docs} */\nexport interface {name} {{\n{lines}}}\n")
    }
}

impl TypeVisitor for Typescript {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Strings, lists and the like have no place of their own.
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(&self.config);
        if self.types.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = T::decl(&self.config);
        self.types
            .insert(name, laid_out(&format!("{docs}export {declaration}")));
        T::visit_dependencies(self);
    }
}

/// A declaration as a person would write it: one field a line, short comments on one.
fn laid_out(declaration: &str) -> String {
    let mut text = String::new();
    let mut docs: Option<Vec<&str>> = None;
    let mut indent = "";
    for line in declaration.replace("} | {", "}\n  | {").lines() {
        match (line.trim_end(), &mut docs) {
            ("/**", _) => docs = Some(Vec::new()),
            (" */", _) => text.push_str(&comment(
                docs.take().unwrap_or_default().into_iter(),
                indent,
            )),
            (line, Some(docs)) => docs.push(line.trim_start_matches(" *")),
            (line, None) => match line.strip_suffix(" };") {
                Some(last) if indent == "  " => text.push_str(&format!("{indent}{last}\n}};\n")),
                Some(_) | None => {
                    text.push_str(&format!("{indent}{line}\n"));
                    if line.ends_with('{') {
                        indent = "  ";
                    }
                }
            },
        }
    }
    text
}

/// A doc comment of TypeScript.
fn comment<'a>(lines: impl Iterator<Item = &'a str>, indent: &str) -> String {
    let lines: Vec<&str> = lines.map(str::trim).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let lines: String = lines
                .iter()
                .map(|line| format!("{indent} * {line}\n"))
                .collect();
            format!("{indent}/**\n{lines}{indent} */\n")
        }
    }
}

#[test]
fn typescript_has_the_same_protocol() {
    let mut typescript = Typescript::default();
    let tables = [
        typescript.table(
            "Requests",
            "What a client asks, by method.",
            method::requests,
        ),
        typescript.table(
            "ClientNotifications",
            "What a client tells, by method.",
            method::client_notifications,
        ),
        typescript.table(
            "ServerNotifications",
            "What a client is told, by method.",
            method::server_notifications,
        ),
    ];
    typescript.visit::<Failure>();
    typescript.visit::<ClientOptions>();
    let code = failure::CODE;
    let mut text = format!(
        "// Generated from server/protocol by `UPDATE_EXPECT=1 cargo test -p protocol`. Never edit it.\n\n\
         /** The JSON-RPC error code whose `data` is a {{@link Failure}}. */\n\
         export const FAILURE_CODE = {code};\n"
    );
    let types = typescript.types.into_values();
    for part in tables.into_iter().chain(types) {
        text.push('\n');
        text.push_str(&part);
    }
    expect_file!["../../../editors/vscode/src/protocol.ts"].assert_eq(&text);
}
