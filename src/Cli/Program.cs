using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Cli;
using ActorBrowser.Interop;

// A child process is this same program: it must reach its role without running anything below this line.
if (ActorBrowserChild.TryRun(args, Roles.All, out var exitCode))
    return exitCode;
// Before the first file is opened, which would get the number of a missing standard stream.
StandardDescriptors.Reserve();
using var console = WindowsConsole.Prepare();
return await CommandLine.RunAsync(args).ConfigureAwait(false);
