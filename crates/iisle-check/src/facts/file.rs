use iisle_inspect::image::{Format, HostKind, ImageKind, Machine};
use iisle_inspect::publish::{File, PublishOutput};

/// Questions that rules ask of a file of the output.
pub(crate) trait FileFacts {
    /// The file's path without its extension.
    fn stem_path(&self) -> &str;
    /// Whether a dll of its name lies beside it.
    fn has_dll(&self, output: &PublishOutput) -> bool;
    fn machine(&self) -> Option<Machine>;
    /// Whether the whole application lies in it.
    fn is_bundle(&self) -> bool;
    /// The dll that it starts, when it is an app host that knows one.
    fn host_of(&self) -> Option<&str>;
    /// Whether it is an app host that was never told its dll.
    fn is_unbound_host(&self) -> bool;
    /// Whether it is a native program of Windows that starts no .NET app beside it.
    fn is_native_program(&self, output: &PublishOutput) -> bool;
    /// Whether it is a program of .NET Framework.
    fn is_netfx_program(&self) -> bool;
    /// Whether it is a native library of Windows.
    fn is_native_library(&self) -> bool;
    /// The system it was made for, when that is not Windows.
    fn foreign_system(&self) -> Option<&'static str>;
    /// What it is instead of an image of Windows, when its content is damaged or something else.
    fn why_no_image(&self) -> Option<String>;
}

impl FileFacts for File {
    fn stem_path(&self) -> &str {
        let path = self.path.as_str();
        match self.path.extension() {
            Some(extension) => &path[..path.len() - extension.len() - 1],
            None => path,
        }
    }

    fn has_dll(&self, output: &PublishOutput) -> bool {
        output.file(&format!("{}.dll", self.stem_path())).is_some()
    }

    fn machine(&self) -> Option<Machine> {
        self.image.as_ref()?.machine
    }

    fn is_bundle(&self) -> bool {
        let host = self.image.as_ref().and_then(|image| image.host.as_ref());
        host.is_some_and(|host| host.kind == HostKind::Bundle)
    }

    fn host_of(&self) -> Option<&str> {
        let host = self.image.as_ref()?.host.as_ref()?;
        (host.kind == HostKind::AppHost).then_some(host.app.as_deref()).flatten()
    }

    fn is_unbound_host(&self) -> bool {
        let host = self.image.as_ref().and_then(|image| image.host.as_ref());
        host.is_some_and(|host| host.kind == HostKind::AppHost && host.bound == Some(false))
    }

    fn is_native_program(&self, output: &PublishOutput) -> bool {
        let Some(image) = self.image.as_ref().filter(|image| image.is_native_pe()) else {
            return false;
        };
        match image.host.as_ref().map(|host| host.kind) {
            Some(HostKind::NativeAot) => true,
            Some(HostKind::AppHost | HostKind::Bundle) => false,
            // A host that was not recognized betrays itself by the app beside it.
            None => output.app(self.stem_path()).is_none_or(|app| app.runtime_config.is_none()),
        }
    }

    fn is_netfx_program(&self) -> bool {
        let managed = self.image.as_ref().is_some_and(|image| image.managed == Some(true));
        managed && self.path.has_extension("exe")
    }

    fn is_native_library(&self) -> bool {
        self.image
            .as_ref()
            .is_some_and(|image| image.is_native_pe() && image.image == Some(ImageKind::Dll))
    }

    fn foreign_system(&self) -> Option<&'static str> {
        let image = self.image.as_ref().filter(|image| image.is_foreign())?;
        Some(match image.format {
            Format::Elf => "Linux",
            Format::MachO => "macOS",
            Format::Pe | Format::Wasm | Format::Other => image.target_os?.word(),
        })
    }

    fn why_no_image(&self) -> Option<String> {
        let image = self.image.as_ref()?;
        match image.format {
            // Metadata that only a reader of ours misses is no damage: the headers decide.
            Format::Pe => image
                .error
                .clone()
                .filter(|error| image.runs_as.is_none() || error.starts_with("truncated")),
            Format::Other => {
                let what = image.look_alike.map(|it| it.describe().to_owned());
                what.or_else(|| image.error.clone())
            }
            // Programs of other systems are whole; that they cannot run here is said elsewhere.
            Format::Elf | Format::MachO | Format::Wasm => None,
        }
    }
}
