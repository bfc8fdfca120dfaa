global using ActorBrowser.TestSupport;
global using Xunit;

// These count this process's children, descriptors and threads: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
