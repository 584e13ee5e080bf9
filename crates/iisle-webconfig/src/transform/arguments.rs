//! Rule R: what becomes of `arguments`.

use crate::command_line::split_first;
use crate::generate::quoted_dll;
use crate::transform::target::Launch;

/// Placeholders that Visual Studio's templates put into `arguments`.
const TOKENS: [&str; 2] = ["%LAUNCHER_ARGS%", "-argFile IISExeLauncherArgs.txt"];

/// The new value of `arguments`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewArguments {
    /// `None`: no attribute.
    pub(crate) value: Option<String>,
    /// A first argument that ends in `.dll` and is not the app's.
    pub(crate) other_dll: Option<String>,
}

/// Decides the value of `arguments` from the one in the source.
pub(crate) fn rewrite(old: Option<&str>, launch: &Launch) -> NewArguments {
    let text = remove_tokens(old.unwrap_or_default());
    let text = text.trim();
    let Some(dll) = launch.dll() else {
        return NewArguments { value: some_text(text), other_dll: None };
    };
    let (own, rest) = split_off(text, dll);
    let rest = rest.trim();
    let first = split_first(rest).map(|first| first.value);
    let other_dll = match own {
        Own::None => first.filter(|value| ends_with_dll(value)),
        Own::Rewritten | Own::Exact(_) => None,
    };
    let value = match launch {
        Launch::Dotnet { .. } => {
            let own = match own {
                Own::Exact(text) => text.to_owned(),
                Own::None | Own::Rewritten => quoted_dll(dll),
            };
            Some(format!("{own} {rest}").trim().to_owned())
        }
        Launch::AppHost { .. } | Launch::SingleFile { .. } | Launch::Native { .. } => {
            some_text(rest)
        }
    };
    NewArguments { value, other_dll }
}

/// How the app's own path stood in front of the arguments.
enum Own<'a> {
    /// It did not.
    None,
    /// In a form that is replaced.
    Rewritten,
    /// As the module wants it: this very text stays.
    Exact(&'a str),
}

/// Splits the app's path off the front, with `exec` if that comes before it.
fn split_off<'a>(text: &'a str, dll: &str) -> (Own<'a>, &'a str) {
    // The module takes a name with blanks without quotes (in-process), and the SDK writes it so;
    // the rules of the command line would tear it apart.
    if dll.contains(char::is_whitespace) {
        for own in [format!(r".\{dll}"), format!("./{dll}"), dll.to_owned()] {
            let rest = strip_prefix_ignoring_case(text, &own);
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
            {
                return (Own::Rewritten, rest);
            }
        }
    }
    let Some(first) = split_first(text) else {
        return (Own::None, text);
    };
    if first.value.eq_ignore_ascii_case("exec") {
        let second = split_first(first.rest);
        return match second.filter(|second| names(&second.value, dll)) {
            Some(second) => (Own::Rewritten, second.rest),
            None => (Own::None, text),
        };
    }
    if !names(&first.value, dll) {
        return (Own::None, text);
    }
    let exact = equal_ignoring_case(&first.value, &format!(r".\{dll}"));
    (if exact { Own::Exact(first.raw) } else { Own::Rewritten }, first.rest)
}

/// Whether the path's file name is the dll's name, ignoring case.
fn names(path: &str, dll: &str) -> bool {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    equal_ignoring_case(name, dll)
}

fn ends_with_dll(text: &str) -> bool {
    text.get(text.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(".dll"))
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Ordinal comparison ignoring case: character by character, by simple upper case.
pub(crate) fn equal_ignoring_case(a: &str, b: &str) -> bool {
    a.chars().map(upper).eq(b.chars().map(upper))
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for wanted in prefix.chars() {
        if upper(rest.next()?) != upper(wanted) {
            return None;
        }
    }
    Some(rest.as_str())
}

/// Simple upper case: a character whose upper case is several keeps its own form, and so do those
/// outside ASCII whose upper case is inside (dotless i, long s), as in .NET.
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) if c.is_ascii() || !single.is_ascii() => single,
        _ => c,
    }
}

/// Removes every launcher token until none is left, also those that a removal makes. The blanks
/// around a removed token become one, or none if there was none.
pub(crate) fn remove_tokens(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let found = TOKENS
            .iter()
            .filter_map(|token| find_ignoring_case(&text, token).map(|at| (at, at + token.len())));
        let Some((from, to)) = found.min() else {
            return text;
        };
        let blank = [' ', '\t'];
        let before = text[..from].trim_end_matches(blank);
        let after = text[to..].trim_start_matches(blank);
        let had_blank = before.len() < from || after.len() < text.len() - to;
        text = [before, if had_blank { " " } else { "" }, after].concat();
    }
}

/// Where an ASCII needle stands in a text, ignoring case.
fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{find_ignoring_case, remove_tokens, rewrite};
    use crate::transform::target::Launch;

    fn fdd(dll: &str, old: &str) -> String {
        let launch = Launch::Dotnet { dll: dll.to_owned() };
        rewrite(Some(old), &launch).value.unwrap_or_else(|| "(none)".to_owned())
    }

    fn exe(old: &str) -> String {
        let launch = Launch::app_host("App.dll", ".exe");
        rewrite(Some(old), &launch).value.unwrap_or_else(|| "(none)".to_owned())
    }

    #[test]
    fn the_examples_of_the_specification_come_out() {
        assert_eq!(fdd("App.dll", "%LAUNCHER_ARGS%"), r".\App.dll");
        assert_eq!(exe("%LAUNCHER_ARGS%"), "(none)");
        assert_eq!(fdd("App.dll", r".\App.dll --flag"), r".\App.dll --flag");
        assert_eq!(fdd("App.dll", "App.dll"), r".\App.dll");
        assert_eq!(exe(r".\App.dll"), "(none)");
        let exec = r#"exec "C:\src\App\bin\Debug\net8.0\App.dll""#;
        assert_eq!(fdd("App.dll", exec), r".\App.dll");
        assert_eq!(fdd("App.dll", "%LAUNCHER_%LAUNCHER_ARGS%ARGS%"), r".\App.dll");
        let tokens = "--a %launcher_ARGS% --b -argfile iisexelauncherargs.txt --c";
        assert_eq!(fdd("App.dll", tokens), r".\App.dll --a --b --c");
        assert_eq!(fdd("My App.dll", ""), r#"".\My App.dll""#);
    }

    #[test]
    fn the_apps_own_path_is_kept_as_written_when_it_is_right() {
        assert_eq!(fdd("App.dll", r#"".\APP.dll"  a  b"#), r#"".\APP.dll" a  b"#);
        assert_eq!(fdd("App.dll", r"./App.dll x"), r".\App.dll x");
        assert_eq!(fdd("My App.dll", r#"".\my app.dll" x"#), r#"".\my app.dll" x"#);
    }

    #[test]
    fn a_name_with_blanks_is_recognized_without_quotes() {
        assert_eq!(fdd("My App.dll", r".\My App.dll --x"), r#"".\My App.dll" --x"#);
        assert_eq!(fdd("My App.dll", "my app.dll"), r#"".\My App.dll""#);
        assert_eq!(fdd("My App.dll", r".\My App.dllx"), r#"".\My App.dll" .\My App.dllx"#);
    }

    #[test]
    fn arguments_of_the_user_stay() {
        assert_eq!(fdd("App.dll", "--urls http://*:5000"), r".\App.dll --urls http://*:5000");
        assert_eq!(exe("--urls http://*:5000"), "--urls http://*:5000");
        assert_eq!(fdd("App.dll", "exec Other.dll"), r".\App.dll exec Other.dll");
        assert_eq!(fdd("App.dll", "exec"), r".\App.dll exec");
    }

    #[test]
    fn another_dll_is_reported_and_kept() {
        let launch = Launch::Dotnet { dll: "App.dll".to_owned() };
        let new = rewrite(Some(r".\Other.DLL --x"), &launch);
        assert_eq!(new.value.as_deref(), Some(r".\App.dll .\Other.DLL --x"));
        assert_eq!(new.other_dll.as_deref(), Some(r".\Other.DLL"));
        assert_eq!(rewrite(Some(r".\App.dll Plugin.dll"), &launch).other_dll, None);
    }

    #[test]
    fn a_native_program_keeps_everything_but_tokens() {
        let launch = Launch::Native { executable: "shop.exe".to_owned() };
        let value = |old| rewrite(Some(old), &launch).value;
        assert_eq!(value("--config a.dll"), Some("--config a.dll".to_owned()));
        assert_eq!(value(" %LAUNCHER_ARGS% "), None);
    }

    #[test]
    fn blanks_around_a_token_become_one() {
        assert_eq!(remove_tokens("a %LAUNCHER_ARGS% b"), "a b");
        assert_eq!(remove_tokens("a%LAUNCHER_ARGS%b"), "ab");
        assert_eq!(remove_tokens("a%LAUNCHER_ARGS%  b"), "a b");
    }

    proptest! {
        #[test]
        fn rewriting_twice_is_rewriting_once(
            old in r#"(\.\\|App\.dll|exec| |"|\\|a|%LAUNCHER_ARGS%|My App\.dll|%){0,8}"#,
            blank in any::<bool>(),
        ) {
            let dll = if blank { "My App.dll" } else { "App.dll" };
            let launch = Launch::Dotnet { dll: dll.to_owned() };
            let once = rewrite(Some(&old), &launch).value;
            let twice = rewrite(once.as_deref(), &launch).value;
            prop_assert_eq!(once, twice);
        }

        #[test]
        fn no_token_is_left(text in r"(%LAUNCHER_|ARGS%|%LAUNCHER_ARGS%|-argFile | |IISExeLauncherArgs\.txt){0,9}") {
            let left = remove_tokens(&text);
            prop_assert_eq!(find_ignoring_case(&left, "%LAUNCHER_ARGS%"), None);
            prop_assert_eq!(find_ignoring_case(&left, "-argFile IISExeLauncherArgs.txt"), None);
        }
    }
}
