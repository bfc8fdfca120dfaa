using ActorBrowser.ChildEntrypoints;
using ActorBrowser.TestChild;

// Like a program whose Main lacks the line that runs the child, and starts a browser.
if (Environment.GetEnvironmentVariable("TESTCHILD_FORGETS") is not null)
    ActorBrowser.Transport.ForgottenChild.ExitIfThisIsOne();
if (ActorBrowserChild.TryRun(args, HostileRoles.All, out var exitCode))
    return exitCode;
return ParentMode.Run(args);
