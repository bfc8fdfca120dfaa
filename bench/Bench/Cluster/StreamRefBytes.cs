using Akka.Actor;
using Akka.Configuration;
using Akka.Streams;
using Akka.Streams.Dsl;

namespace ActorBrowser.Bench.Cluster;

/// <summary>The yardstick of what streams between nodes: bytes by Akka.Streams' StreamRefs, in elements as long as a part of ours. They are in memory already, and nothing is fetched.</summary>
internal sealed class StreamRefBytes : ReceiveActor
{
    internal const string Name = "stream-ref-bytes";

    private const int ElementBytes = 64 << 10;

    public StreamRefBytes()
    {
        var materializer = Context.System.Materializer();
        Receive<long>(bytes =>
        {
            var element = new byte[ElementBytes];
            Source.From(Enumerable.Repeat(element, (int)(bytes / ElementBytes))).RunWith(StreamRefs.SourceRef<byte[]>(), materializer).PipeTo(Sender);
        });
    }

    /// <summary>StreamRefs need this before the actor system starts.</summary>
    internal static Config Configuration { get; } = ActorMaterializer.DefaultConfig();

    /// <summary>Receives so many bytes of a node, and counts them.</summary>
    internal static async Task<long> ReceiveAsync(ActorSystem front, Address node, long bytes)
    {
        var source = await front.ActorSelection(new RootActorPath(node) / "user" / Name).Ask<ISourceRef<byte[]>>(bytes, TimeSpan.FromSeconds(30));
        return await source.Source.RunAggregate(0L, static (sum, element) => sum + element.Length, front.Materializer());
    }
}
