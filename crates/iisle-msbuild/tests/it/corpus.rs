//! What the real engine answered, against what we say: projects, tables, items, combinations.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "fixtures are files of this repository, and a test may"
)]

use iisle_msbuild::{EvaluateError, Evaluated, MemoryFiles, Request, evaluate};
use serde_json::Value;

const ROOT: &str = "/r";

fn table(name: &str) -> Value {
    let path = iisle_testdata::case("msbuild", "tables").join("in").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.replace("{root}", ROOT).replace("{sdk_rid}", "linux-x64").replace("{sdk_arch}", "x64")
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let object = value.as_object();
    object.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn tree(value: &Value) -> MemoryFiles {
    let mut files = MemoryFiles::new();
    for (path, content) in value.as_object().unwrap() {
        files.insert(format!("{ROOT}/{path}"), content.as_str().unwrap());
    }
    files
}

fn run(files: &MemoryFiles, case: &Value) -> Result<Evaluated, EvaluateError> {
    let mut request = Request::new(format!("{ROOT}/{}", case["project"].as_str().unwrap()));
    request.globals = pairs(&case["globals"]);
    request.environment = pairs(&case["env"]);
    request.current_dir = Some("/".into());
    evaluate(files, &request)
}

/// Separators depend on what lies on the disk of the recording machine.
fn slashes(text: &str) -> String {
    text.replace('\\', "/")
}

fn report(name: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{name}: {} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn fails_with(result: &Result<Evaluated, EvaluateError>, code: &str) -> Option<String> {
    match result {
        Err(error) if error.code() == Some(code) => None,
        Err(error) => Some(format!("{:?} ({error}), wanted {code}", error.code())),
        Ok(_) => Some(format!("no error, wanted {code}")),
    }
}

#[test]
fn projects_have_the_values_and_errors_of_the_engine() {
    let mut wrong = Vec::new();
    for (id, case) in table("cases.json").as_object().unwrap() {
        let result = run(&tree(&case["tree"]), case);
        if let Some(code) = case["expect_error"].as_str() {
            wrong.extend(fails_with(&result, code).map(|what| format!("{id}: {what}")));
            continue;
        }
        let evaluated = match result {
            Ok(evaluated) => evaluated,
            Err(error) => {
                wrong.push(format!("{id}: {error}"));
                continue;
            }
        };
        let paths = case["path_properties"].as_array();
        let is_path = |name: &str| paths.is_some_and(|p| p.iter().any(|path| path == name));
        let by_os = pairs(&case["expect_by_os"]["linux"]);
        for (name, wanted) in pairs(&case["expect"]).into_iter().chain(by_os) {
            let found = evaluated.property(&name).unwrap_or_default();
            let same =
                if is_path(&name) { slashes(found) == slashes(&wanted) } else { found == wanted };
            if !same {
                wrong.push(format!("{id} {name}: {found:?}, wanted {wanted:?}"));
            }
        }
        for code in case["expect_warnings"].as_array().into_iter().flatten() {
            if !evaluated.warnings().iter().any(|warning| warning.code == code.as_str()) {
                wrong.push(format!("{id}: no warning {code}"));
            }
        }
    }
    report("projects", &wrong);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn elements(pairs: &[(String, String)]) -> String {
    let element = |(name, value): &(String, String)| format!("<{name}>{}</{name}>", escaped(value));
    pairs.iter().map(element).collect::<Vec<_>>().concat()
}

fn one_expression(table: &Value, body: &str) -> Result<Evaluated, EvaluateError> {
    let head = elements(&pairs(&table["properties"]));
    let mut files = MemoryFiles::new();
    let project = format!("<Project><PropertyGroup>{head}{body}</PropertyGroup></Project>");
    files.insert("/r/p.proj", project);
    evaluate(&files, &Request::new("/r/p.proj"))
}

fn check_table(name: &str, body: impl Fn(&str) -> String) {
    let table = table(name);
    let mut wrong = Vec::new();
    for case in table["cases"].as_array().unwrap() {
        let (expression, wanted) = (case[0].as_str().unwrap(), case[1].as_str().unwrap());
        let result = one_expression(&table, &body(&escaped(expression)));
        if wanted.len() == 7 && wanted.starts_with("MSB") {
            let failure = fails_with(&result, wanted);
            wrong.extend(failure.map(|what| format!("{expression:?}: {what}")));
            continue;
        }
        match result {
            Ok(evaluated) if evaluated.property("R") == Some(wanted) => {}
            Ok(evaluated) => {
                let found = evaluated.property("R");
                wrong.push(format!("{expression:?}: {found:?}, wanted {wanted:?}"));
            }
            Err(error) => wrong.push(format!("{expression:?}: {error}, wanted {wanted:?}")),
        }
    }
    report(name, &wrong);
}

#[test]
fn conditions_are_decided_as_the_engine_decides_them() {
    check_table("conditions.json", |condition| {
        format!("<R>no</R><R Condition=\"{condition}\">yes</R>")
    });
}

#[test]
fn property_functions_give_what_the_engine_gives() {
    check_table("functions.json", |expression| format!("<R>{expression}</R>"));
}

#[test]
fn items_are_those_of_the_engine() {
    let mut wrong = Vec::new();
    for (id, case) in table("items.json").as_object().unwrap() {
        let result = run(&tree(&case["tree"]), case);
        if let Some(code) = case["expect_error"].as_str() {
            wrong.extend(fails_with(&result, code).map(|what| format!("{id}: {what}")));
            continue;
        }
        let evaluated = result.unwrap_or_else(|error| panic!("{id}: {error}"));
        let host = Request::new("").host;
        for (kind, wanted) in case["expect_items"].as_object().into_iter().flatten() {
            let asked: Vec<&str> = case["ask"][kind]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let mut found: Vec<Vec<String>> = evaluated
                .items(kind)
                .iter()
                .map(|item| {
                    let well_known = item.well_known(host);
                    let value = |name: &&str| {
                        let known = well_known.iter().find(|(key, _)| key == name);
                        let known = known.map(|(_, value)| value.as_str());
                        slashes(item.metadata(name).or(known).unwrap_or_default())
                    };
                    let identity = slashes(&item.identity);
                    std::iter::once(identity).chain(asked.iter().map(value)).collect()
                })
                .collect();
            let mut wanted: Vec<Vec<String>> = wanted
                .as_array()
                .unwrap()
                .iter()
                .map(|item| {
                    let names = std::iter::once(&"Include").chain(&asked);
                    names.map(|name| slashes(&text(&item[*name]))).collect()
                })
                .collect();
            found.sort();
            wanted.sort();
            if found != wanted {
                wrong.push(format!("{id} {kind}: {found:?}, wanted {wanted:?}"));
            }
        }
    }
    report("items", &wrong);
}

#[test]
fn combinations_of_settings_come_out_as_the_sdk_decides() {
    const PLACES: [(&str, &str); 4] = [
        ("props", "Directory.Build.props"),
        ("targets", "Directory.Build.targets"),
        ("user", "App.csproj.user"),
        ("profile", "Properties/PublishProfiles/P.pubxml"),
    ];
    let table = table("matrix.json");
    let names: Vec<&str> =
        table["properties"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut wrong = Vec::new();
    for row in table["rows"].as_array().unwrap() {
        let at = |place: &str| -> Vec<(String, String)> {
            let settings = row["set"].as_array().unwrap().iter();
            settings.filter(|s| s[2] == place).map(|s| (text(&s[0]), text(&s[1]))).collect()
        };
        let group = |pairs: &[(String, String)]| {
            format!("<PropertyGroup>{}</PropertyGroup>", elements(pairs))
        };
        let mut body = vec![("TargetFramework".to_owned(), text(&row["tfm"]))];
        body.extend(at("body"));
        let mut files = MemoryFiles::new();
        let sdk = text(&row["sdk"]);
        files.insert("/r/App.csproj", format!("<Project Sdk=\"{sdk}\">{}</Project>", group(&body)));
        for (place, file) in PLACES {
            let settings = at(place);
            if !settings.is_empty() {
                files.insert(
                    format!("/r/{file}"),
                    format!("<Project>{}</Project>", group(&settings)),
                );
            }
        }
        let mut request = Request::new("/r/App.csproj");
        request.current_dir = Some("/".into());
        request.globals = at("global");
        if !at("profile").is_empty() {
            request = request.global("PublishProfile", "P");
        }
        if row["publishing"] == true {
            request = request.global("_IsPublishing", "true");
        }
        let evaluated = evaluate(&files, &request).unwrap();
        for (name, wanted) in names.iter().zip(row["values"].as_array().unwrap()) {
            let found = slashes(evaluated.property(name).unwrap_or_default());
            if found != text(wanted) {
                wrong.push(format!("{sdk} {} {name}: {found:?}, wanted {wanted}", row["set"]));
            }
        }
        assert!(evaluated.unknown().is_empty(), "{:?}", evaluated.unknown());
    }
    report("combinations", &wrong);
}
