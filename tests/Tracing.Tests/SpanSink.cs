using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace ActorBrowser.TracingTests;

/// <summary>OpenTelemetry's SDK with the product's source, and an exporter whose spans a test reads: in memory, or OTLP to a server of this process.</summary>
internal sealed class SpanSink : IAsyncDisposable
{
    private readonly ActivitySource _asker = new("Asker");
    private readonly List<Activity> _kept = [];
    private readonly ConcurrentQueue<SeenSpan> _received = new();
    private int _asks;
    private TracerProvider? _provider;
    private Site? _receiver;

    /// <summary>Starts the SDK.</summary>
    /// <param name="overOtlp">Whether spans are exported by OTLP over HTTP.</param>
    /// <param name="sampler">Decides what is recorded; null for everything.</param>
    internal static async Task<SpanSink> StartAsync(bool overOtlp = false, Sampler? sampler = null)
    {
        var sink = new SpanSink();
        var builder = Sdk.CreateTracerProviderBuilder().AddSource("ActorBrowser").AddSource("Asker").SetSampler(sampler ?? new ParentBasedSampler(new AlwaysOnSampler()));
        if (overOtlp)
        {
            sink._receiver = await Site.StartAsync(sink.ReceiveAsync);
            builder.AddOtlpExporter(options => (options.Protocol, options.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(sink._receiver.Root + "/v1/traces")));
        }
        else
        {
            builder.AddInMemoryExporter(sink._kept);
        }
        sink._provider = builder.Build();
        return sink;
    }

    /// <summary>Runs a test's calls within a span called "asker".</summary>
    internal async Task AskAsync(Func<Task> ask)
    {
        using (var asker = _asker.StartActivity("asker"))
        {
            asker?.AddBaggage("secret", "baggage");
            await ask();
        }
        Assert.True(_provider!.ForceFlush());
        // A flush may return while the last batch is on its way to the receiver.
        _asks++;
        if (_receiver is not null)
            await ProcessTable.Until(() => _received.Count(static span => span.Name == "asker") == _asks, Deadline.Long);
    }

    /// <summary>All spans so far.</summary>
    internal IReadOnlyCollection<SeenSpan> Spans() => _receiver is null ? [.. _kept.Select(SeenSpan.Of)] : [.. _received];

    /// <summary>The only tree whose root the test has begun.</summary>
    internal string Tree()
    {
        var spans = Spans();
        return SeenSpan.Tree(spans, spans.Single(static span => span.Name == "asker"));
    }

    public async ValueTask DisposeAsync()
    {
        _provider?.Dispose();
        _asker.Dispose();
        if (_receiver is not null)
            await _receiver.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        foreach (var span in OtlpSpans.Read(new CodedInputStream(body.ToArray())))
            _received.Enqueue(span);
        context.Response.ContentType = "application/x-protobuf";
    }
}
