using ActorBrowser.Bench;
using ActorBrowser.ChildEntrypoints;

// The child of a typed role in a program that has nothing else.
return ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(TypedEcho.Role), out var exitCode) ? exitCode : 64;
