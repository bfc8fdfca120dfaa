using Xunit;

// These tests read sources and assemblies: ./test --fast runs them.
[assembly: AssemblyTrait("Tier", "Fast")]
