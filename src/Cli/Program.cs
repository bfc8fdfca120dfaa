using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Cli;
using ActorBrowser.Interop;

// A child process is this very program: it must get to its role without touching anything below this line.
if (ActorBrowserChild.TryRun(args, Roles.All, out var exitCode))
    return exitCode;
// Before the first file is opened: it would take the number of a standard stream that is missing.
StandardDescriptors.Reserve();
return await CommandLine.RunAsync(args).ConfigureAwait(false);
