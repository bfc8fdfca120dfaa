global using ActorBrowser.TestSupport;
global using Xunit;

// They count descriptors and processes: side by side they would count each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
