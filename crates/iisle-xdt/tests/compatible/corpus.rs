use iisle_testdata::{area, case, cases};
use iisle_xdt::{Keep, Mode, Options, transform};
use serde_json::Value;

use super::{log, number, run};

#[test]
fn every_recorded_case_has_the_bytes_the_status_and_the_events_of_the_engine_in_order() {
    for name in cases("xdt") {
        let folder = case("xdt", &name);
        let read = |file: &str| std::fs::read(folder.join(file)).ok();
        let (source, directives) = (read("source.xml").unwrap(), read("transform.xml").unwrap());
        let keep = if read("force-save").is_some() { Keep::Anything } else { Keep::Good };
        let options = Options { mode: Mode::Compatible, keep, ..Options::default() };
        let outcome = transform(&source, &directives, &options);
        let expected = String::from_utf8(read("expected.log").unwrap()).unwrap();
        assert_eq!(log(&outcome), expected.replace("\r\n", "\n"), "{name}");
        assert_eq!(outcome.bytes, read("expected.xml"), "{name}");
    }
}

#[test]
fn every_random_case_has_the_bytes_and_the_status_of_the_engine() {
    let file = area("xdt-random").join("engine/cases.jsonl");
    let text = std::fs::read_to_string(file).unwrap();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let bytes = |member: &str| -> Vec<u8> {
            case[member].as_str().unwrap().chars().map(|c| u8::try_from(c).unwrap()).collect()
        };
        let outcome = run(&bytes("source"), &bytes("transform"));
        assert_eq!(number(outcome.status), case["status"].as_u64().unwrap(), "{}", case["id"]);
        if number(outcome.status) == 0 {
            assert_eq!(outcome.bytes, Some(bytes("output")), "{}", case["id"]);
        }
    }
}
