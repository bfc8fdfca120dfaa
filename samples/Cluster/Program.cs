using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Samples.Nodes;

// This must come first: the same program also runs as its child processes.
if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;

// The same program is the front, and each of the nodes that the front starts.
if (args is ["node", var seed])
    await BrowserNode.RunAsync(seed);
else
    await Front.RunAsync(args);
return 0;
