//! The rounds, and what they found.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::site::{Files, Stage};
use crate::process;
use crate::workspace::Workspace;

/// What was asked for.
struct Request {
    program: Option<PathBuf>,
    kills: usize,
    interrupts: usize,
    races: usize,
}

/// What CI runs: a few of each, in seconds.
pub(crate) const FEW: [&str; 6] = ["--kills", "20", "--interrupts", "10", "--races", "3"];

impl Request {
    fn parse(words: &[String]) -> Result<Self> {
        let mut request = Self { program: None, kills: 200, interrupts: 100, races: 20 };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().with_context(|| format!("`{word}` needs a value"))?;
            match word.as_str() {
                "--program" => request.program = Some(value.into()),
                "--kills" => request.kills = value.parse()?,
                "--interrupts" => request.interrupts = value.parse()?,
                "--races" => request.races = value.parse()?,
                other => bail!("no option `{other}`"),
            }
        }
        Ok(request)
    }
}

/// Runs all rounds; an error names the first that ended as it must not.
pub(crate) fn run(workspace: &Workspace, words: &[String]) -> Result<bool> {
    let request = Request::parse(words)?;
    let program = if let Some(program) = &request.program {
        std::path::absolute(program)?
    } else {
        let mut cargo = workspace.cargo();
        process::run(cargo.args(["build", "--locked", "--package", "iisle", "--bin", "iisle"]))?;
        workspace.target().join("debug").join(format!("iisle{}", std::env::consts::EXE_SUFFIX))
    };
    // In memory where that can be had: what waits for a disk is not what is looked at.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.context("cannot create a scratch folder")?;
    let stage = Stage::new(&program, folder.path())?;
    kills(&stage, request.kills)?;
    interrupts(&stage, request.interrupts)?;
    races(&stage, request.races)?;
    full(&program, folder.path())?;
    Ok(true)
}

/// Kills deployments at instants spread over their whole length and a little beyond.
fn kills(stage: &Stage, count: usize) -> Result<()> {
    let started = Instant::now();
    ensure!(stage.deployment().output()?.status.success(), "the newer release is not deployed");
    let whole = started.elapsed();
    let (mut hit, mut completed, mut taken_back) = (0, 0, 0);
    for number in 0..count {
        stage.reset()?;
        let mut running = stage.deployment().spawn().context("cannot start the program")?;
        std::thread::sleep(instant(number, whole));
        hit += usize::from(running.try_wait()?.is_none());
        // On Unix this is SIGKILL.
        running.kill().ok();
        running.wait_with_output()?;
        let amid = stage.site()?;
        ensure!(amid.contains_key("web.config"), "kill {number}: there is no web.config");
        let (mut next, wanted): (Command, &[&Files]) = if number % 2 == 0 {
            (stage.deployment(), &[&stage.new])
        } else {
            // Killed before it began, the deployment before it is the last one: nothing was there.
            (stage.rollback(), &[&stage.old, &NOTHING])
        };
        let output = next.output()?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "kill {number}: the next run failed: {words}");
        let site = stage.site()?;
        ensure!(wanted.contains(&&site), "kill {number}: the site is neither old nor new");
        ensure!(stage.is_tidy(), "kill {number}: something is left in the work folder");
        if number % 2 == 0 { completed += 1 } else { taken_back += 1 }
    }
    println!(
        "{count} kills, {hit} of them amid a deployment: {completed} completed by one more run, \
         {taken_back} taken back"
    );
    Ok(())
}

/// Asks deployments to end, at instants spread over their length: each is done, or leaves the site as
/// it was, with nothing to mend.
fn interrupts(stage: &Stage, count: usize) -> Result<()> {
    if !cfg!(unix) {
        println!("no interrupts: here nobody can send them");
        return Ok(());
    }
    stage.reset()?;
    let started = Instant::now();
    ensure!(stage.deployment().output()?.status.success(), "the newer release is not deployed");
    let whole = started.elapsed();
    let (mut done, mut taken_back, mut ended) = (0, 0, 0);
    for number in 0..count {
        stage.reset()?;
        let running = stage.deployment().spawn().context("cannot start the program")?;
        std::thread::sleep(instant(number, whole));
        let name = if number % 2 == 0 { "-INT" } else { "-TERM" };
        // One that has ended already cannot be asked.
        process::works(Command::new("kill").arg(name).arg(running.id().to_string()));
        let output = running.wait_with_output()?;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        let site = stage.site()?;
        match output.status.code() {
            Some(0) => {
                ensure!(site == stage.new, "interrupt {number}: the site is not the newer release");
                done += 1;
            }
            Some(2) if words.contains("interrupted") => {
                ensure!(site == stage.old, "interrupt {number}: the site is not as it was");
                taken_back += 1;
            }
            // Before it began to listen, the signal has ended it.
            None => {
                ensure!(site == stage.old, "interrupt {number}: the site is not as it was");
                ended += 1;
            }
            _ => bail!("interrupt {number}: {}: {words}", output.status),
        }
        ensure!(stage.is_tidy(), "interrupt {number}: something is left in the work folder");
    }
    println!(
        "{count} interrupts: {taken_back} deployments took themselves back, {done} were done before, \
         {ended} had not begun"
    );
    Ok(())
}

static NOTHING: Files = Files::new();

/// The instants are the same every time; what the program does then is not.
fn instant(number: usize, whole: Duration) -> Duration {
    // The golden ratio spreads them evenly, however many there are.
    let part = (u32::try_from(number).unwrap_or(0).wrapping_mul(0x9e37_79b9)) >> 16;
    whole.mul_f64(f64::from(part) / 65_536.0 * 1.1)
}

/// Starts two deployments at once: one is done, the other is done too or told that it is busy.
fn races(stage: &Stage, count: usize) -> Result<()> {
    let mut busy = 0;
    for number in 0..count {
        stage.reset()?;
        let both = [stage.deployment().spawn()?, stage.deployment().spawn()?];
        let mut good = 0;
        for running in both {
            let output = running.wait_with_output()?;
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            match output.status.code() {
                Some(0) => good += 1,
                Some(2) if words.contains("another deployment is at work there") => busy += 1,
                _ => bail!("race {number}: {}: {words}", output.status),
            }
        }
        ensure!(good > 0, "race {number}: both were turned away");
        ensure!(stage.site()? == stage.new, "race {number}: the site is not the newer release");
        ensure!(stage.is_tidy(), "race {number}: something is left in the work folder");
    }
    println!("{count} races: {busy} times the second was told that another is at work");
    Ok(())
}

/// Deploys to volumes of every size that are too small, where this account may mount them.
fn full(program: &Path, folder: &Path) -> Result<()> {
    let volume = folder.join("small");
    std::fs::create_dir_all(&volume)?;
    let mount = |size: usize| {
        let size = format!("size={size}k");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&volume);
        process::works(&mut command)
    };
    let mut tried = 0;
    // The older release fits, and less than both do.
    for size in (900..2300).step_by(100) {
        if !mount(size) {
            println!("no small volumes: this account may not mount them");
            return Ok(());
        }
        let result = too_small(program, &volume);
        ensure!(process::works(Command::new("umount").arg(&volume)), "the volume stays mounted");
        tried += usize::from(result.with_context(|| format!("a volume of {size} KiB"))?);
    }
    println!("{tried} volumes were too small: the site was as before every time");
    Ok(())
}

/// Whether the volume was too small; then the site must be as it was.
fn too_small(program: &Path, volume: &Path) -> Result<bool> {
    let Ok(stage) = Stage::new(program, volume) else { return Ok(false) };
    let output = stage.deployment().output()?;
    let site = stage.site()?;
    ensure!(stage.is_tidy(), "something is left in the work folder");
    if output.status.success() {
        ensure!(site == stage.new, "the site is not the newer release");
        return Ok(false);
    }
    ensure!(site == stage.old, "the site is not as before");
    Ok(true)
}
