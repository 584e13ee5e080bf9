//! Texts that iisle writes: web.config skeletons, deploy scripts, pages.
