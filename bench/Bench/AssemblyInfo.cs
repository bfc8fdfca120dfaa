using System.Runtime.Versioning;

// bench/run needs nginx, /proc and memory files.
[assembly: SupportedOSPlatform("linux")]
