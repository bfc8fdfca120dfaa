global using ActorBrowser.TestSupport;
global using Xunit;

// These tests count this process's children, descriptors and threads, so they run one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
