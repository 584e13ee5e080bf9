use iisle_ops::{Failure, explain, rules};

use crate::args::{ExplainArgs, RulesArgs};
use crate::exit::Exit;
use crate::render::check::{explanation, rule_list};
use crate::session::{Answer, Session};
use crate::wire::{explain_body, rules_body};

pub(super) fn run(args: &ExplainArgs, session: &Session) -> Result<Answer, Failure> {
    let ExplainArgs { id } = args;
    let rule = explain(id)?;
    Ok(session.answer(Exit::Good, None, || explanation(rule), || explain_body(rule)))
}

pub(super) fn list(args: &RulesArgs, session: &Session) -> Answer {
    let RulesArgs {} = args;
    session.answer(Exit::Good, None, || rule_list(rules()), || rules_body(rules()))
}
