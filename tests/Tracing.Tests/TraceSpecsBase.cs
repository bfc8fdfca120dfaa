using System.Diagnostics;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.TracingTests;

/// <summary>A browser with real processes, whose spans a test reads.</summary>
public abstract class TraceSpecsBase : TestKit
{
    private static readonly string Overrides = $$"""
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        """;

    private protected TraceSpecsBase() : base(Overrides)
    {
        Browser = Sys.StartActorBrowser();
        Client = BrowserClient.For(Browser);
    }

    private protected IActorRef Browser { get; }

    private protected BrowserClient Client { get; }

    private protected static SeenSpan One(IEnumerable<SeenSpan> spans, string name, ActivityKind? kind = null) =>
        Assert.Single(spans, span => span.Name == name && (kind is null || span.Kind == kind));
}
