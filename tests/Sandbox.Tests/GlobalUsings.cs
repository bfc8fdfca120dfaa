global using ActorBrowser.Sandbox;
global using ActorBrowser.TestSupport;
global using Xunit;

// Floods and latency tests run one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
