global using ActorBrowser.TestSupport;
global using Xunit;

// Each starts processes and looks at their figures.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
