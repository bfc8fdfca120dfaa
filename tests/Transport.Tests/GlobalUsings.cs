global using ActorBrowser.TestSupport;
global using Xunit;

// No child, no server: ./test --fast runs them.
[assembly: AssemblyTrait("Tier", "Fast")]
