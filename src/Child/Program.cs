using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Transport;

// The built-in roles, for the children of a program that runs on the JIT.
return ActorBrowserChild.TryRun(args, out var exitCode)
    ? exitCode
    : ActorBrowserChild.Fail(ChildExitCodes.Usage, $"this is the native child image of ActorBrowser, build {WireProtocol.BuildId:N}; a program that embeds the browser starts it");
