global using ActorBrowser.TestSupport;
global using Xunit;

// Each forms a cluster in this process, and starts processes.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
