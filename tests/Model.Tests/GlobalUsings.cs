global using ActorBrowser.ModelTests.Scheduling;
