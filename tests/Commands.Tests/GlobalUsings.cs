global using ActorBrowser.TestSupport;
global using Xunit;
