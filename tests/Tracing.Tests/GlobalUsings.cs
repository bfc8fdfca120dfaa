global using ActorBrowser.TestSupport;
global using Xunit;

// A listener hears of the spans of the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
