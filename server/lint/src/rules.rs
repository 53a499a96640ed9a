//! The list of the rules. Each is a file of this folder.

use crate::rule::Rule;

mod label_formats;
mod labels;
mod repeated;
mod syntax;
mod words;

/// Declares the modules and the list: file, then the rules in it.
macro_rules! rules {
    ($($file:ident: $($code:ident)+;)*) => {
        $(mod $file;)*

        /// Every rule, by file.
        pub static ALL: &[&Rule] = &[$($(&$file::$code,)+)*];
    };
}

rules! {
    bk001: BK001;
    bk002: BK002;
    bk003: BK003;
    bk004: BK004;
    bk005: BK005;
    bk006: BK006;
    bk007: BK007;
    bk008: BK008;
    bk009: BK009;
    bk010: BK010;
    bk011: BK011;
    dl1001: DL1001;
    dl3000: DL3000;
    dl3001: DL3001;
    dl3002: DL3002;
    dl3003: DL3003;
    dl3004: DL3004;
    dl3006: DL3006;
    dl3007: DL3007;
    dl3008: DL3008;
    dl3009: DL3009;
    dl3010: DL3010;
    dl3011: DL3011;
    dl3012: DL3012;
    dl3013: DL3013;
    dl3014: DL3014;
    dl3015: DL3015;
    dl3016: DL3016;
    dl3018: DL3018;
    dl3019: DL3019;
    dl3020: DL3020;
    dl3021: DL3021;
    dl3022: DL3022;
    dl3023: DL3023;
    dl3024: DL3024;
    dl3025: DL3025;
    dl3026: DL3026;
    dl3027: DL3027;
    dl3028: DL3028;
    dl3029: DL3029;
    dl3030: DL3030;
    dl3032: DL3032;
    dl3033: DL3033;
    dl3034: DL3034;
    dl3035: DL3035;
    dl3036: DL3036;
    dl3037: DL3037;
    dl3038: DL3038;
    dl3040: DL3040;
    dl3041: DL3041;
    dl3042: DL3042;
    dl3044: DL3044;
    dl3045: DL3045;
    dl3046: DL3046;
    dl3047: DL3047;
    dl3048: DL3048;
    dl3049: DL3049;
    dl3050: DL3050;
    dl3051: DL3051;
    dl3052: DL3052;
    dl3053: DL3053;
    dl3054: DL3054;
    dl3055: DL3055;
    dl3056: DL3056;
    dl3057: DL3057;
    dl3058: DL3058;
    dl3059: DL3059;
    dl3060: DL3060;
    dl3062: DL3062;
    dl3063: DL3063;
    dl3064: DL3064;
    dl3065: DL3065;
    dl3066: DL3066;
    dl3067: DL3067;
    dl4000: DL4000;
    dl4001: DL4001;
    dl4003: DL4003;
    dl4004: DL4004;
    dl4005: DL4005;
    dl4006: DL4006;
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
