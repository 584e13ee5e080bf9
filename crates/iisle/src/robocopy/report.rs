use std::time::Duration;

use iisle_ops::robocopy::{Event, Pace};

use super::clock::Clock;
use super::dates;
use super::lines::Show;
use super::output::Output;

/// Shows what happens while it happens.
pub(super) struct Report<'a, 'b> {
    output: &'a mut Output<'b>,
    show: Show,
    clock: &'a Clock,
    /// When the file shown last began, for the time of its arrival.
    began: Duration,
}

impl<'a, 'b> Report<'a, 'b> {
    pub(super) fn new(output: &'a mut Output<'b>, show: Show, clock: &'a Clock) -> Self {
        Self { output, show, clock, began: Duration::ZERO }
    }

    pub(super) fn hear(&mut self, event: &Event) {
        match event {
            Event::Progress(percent) if self.show.progress => self.progress(*percent),
            Event::File { .. } if self.show.arrival => self.began = self.clock.elapsed(),
            _ => {}
        }
        self.output.text(&self.show.text(event, self.clock.zone()));
        // Whoever waits wants to see why.
        let is_awaited = match event {
            Event::Waiting(_) | Event::Paused { .. } | Event::Note(_) => true,
            Event::Progress(percent) => self.show.progress || *percent > 0,
            _ => false,
        };
        if is_awaited {
            self.output.flush();
        }
    }

    fn progress(&mut self, percent: u8) {
        let end = if percent == 100 { "\r\n" } else { "\r" };
        let arrival = if self.show.arrival { self.arrival(percent) } else { String::new() };
        self.output.raw(&format!("{percent:>3}%  {arrival}{end}"));
    }

    /// When the file shown last will have arrived, as far as its past tells.
    fn arrival(&self, percent: u8) -> String {
        let taken = self.clock.elapsed().saturating_sub(self.began);
        let left = taken * u32::from(100 - percent) / u32::from(percent.max(1));
        let now = self.clock.now();
        let ticks = i64::try_from(left.as_nanos() / 100).unwrap_or(0);
        let then = iisle_ops::Ticks(now.0.saturating_add(ticks));
        let zone = self.clock.zone();
        format!("  {} -> {}", dates::clock(now, zone), dates::clock(then, zone))
    }
}
