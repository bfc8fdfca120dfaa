using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Cli;

// A child process is this very program: it must get to its role without touching anything below this line.
if (ActorBrowserChild.TryRun(args, Roles.All, out var exitCode))
    return exitCode;
return await CommandLine.RunAsync(args).ConfigureAwait(false);
