global using ActorBrowser.TestSupport;
global using Xunit;

// These tests count processes, so they cannot run side by side.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
