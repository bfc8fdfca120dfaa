global using ActorBrowser.TestSupport;
global using Xunit;

// These tests need no child and no server: ./test --fast runs them.
[assembly: AssemblyTrait("Tier", "Fast")]
