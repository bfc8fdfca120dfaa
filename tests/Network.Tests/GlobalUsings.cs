global using ActorBrowser.TestSupport;
