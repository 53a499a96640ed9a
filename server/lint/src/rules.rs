//! The list of the rules. Each is a file of this folder.

use crate::rule::Rule;

mod repeated;
mod syntax;

/// Declares the modules and the list: file, then the rules in it.
macro_rules! rules {
    ($($file:ident: $($code:ident)+;)*) => {
        $(mod $file;)*

        /// Every rule, by file.
        pub static ALL: &[&Rule] = &[$($(&$file::$code,)+)*];
    };
}

rules! {
    dl3000: DL3000;
    dl3012: DL3012;
    dl3022: DL3022;
    dl3023: DL3023;
    dl3025: DL3025;
    dl4003: DL4003;
    dl4004: DL4004;
    gpu002: GPU002;
    gpu005: GPU005;
    gpu006: GPU006;
    gpu007: GPU007;
    gpu008: GPU008;
    gpu009: GPU009;
    gpu010: GPU010;
    gpu011: GPU011;
    gpu012: GPU012;
    gpu013: GPU013;
    gpu016: GPU016;
    gpu017: GPU017;
    gpu018: GPU018;
    gpu020: GPU020;
    gpu021: GPU021;
    gpu023: GPU023;
    syntax_file: SYN001 SYN002 SYN003 SYN004 SYN005 SYN006 SYN007;
    syntax_flag: SYN020 SYN021 SYN022 SYN023;
    syntax_instruction: SYN010 SYN011 SYN012 SYN013 SYN014 SYN015 SYN016 SYN017 SYN018 SYN019;
    wd001: WD001;
    wd002: WD002;
    wd003: WD003;
    wd004: WD004;
}

/// The rule of this code, name or alias.
pub fn find(name: &str) -> Option<&'static Rule> {
    let by_code = ALL.iter().find(|rule| rule.code.eq_ignore_ascii_case(name));
    let found = by_code.or_else(|| ALL.iter().find(|rule| rule.is_called(name)));
    found.copied()
}
