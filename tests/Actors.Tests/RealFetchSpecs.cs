using System.Text;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ActorsTests;

/// <summary>Base of the tests of request bodies: a real browser with its real network child, and a file for a body.</summary>
public abstract class RealFetchSpecs : TestKit
{
    /// <summary>How many bytes of a body one frame carries.</summary>
    protected const int Chunk = 64 << 10;

    /// <summary>How many bytes the child takes ahead of the network.</summary>
    protected const int Window = 256 << 10;

    private static readonly string Overrides = $$"""
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        actorbrowser.restart.min-backoff = 1ms
        """;

    protected RealFetchSpecs() : base(Overrides) => Browser = Sys.StartActorBrowser();

    protected IActorRef Browser { get; }

    /// <summary>An empty file, deleted after the test.</summary>
    protected string BodyFile { get; } = Path.GetTempFileName();

    protected override void AfterAll()
    {
        base.AfterAll();
        File.Delete(BodyFile);
    }

    /// <summary>Returns the same bytes for each length.</summary>
    internal static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The response's body, or the failure.</summary>
    protected static string Text(FetchResult result) =>
        result.Match(static response => Encoding.UTF8.GetString(response.Body.Span), static failure => $"{failure.Kind}: {failure.Message}");
}
