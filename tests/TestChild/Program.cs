using ActorBrowser.ChildEntrypoints;
using ActorBrowser.TestChild;

if (ActorBrowserChild.TryRun(args, HostileRoles.All, out var exitCode))
    return exitCode;
return ParentMode.Run(args);
