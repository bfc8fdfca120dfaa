using System.Diagnostics;

namespace ActorBrowser.Transport;

/// <summary>The spans of this child's work on one request. The first is the whole work. A span that has not ended when they are sent ends then. Thread-safe.</summary>
internal sealed class ChildTrace
{
    /// <summary>The parent of spans that are no part of the whole work, because they come after its answer.</summary>
    internal const int Request = -1;

    private readonly Lock _lock = new();
    private readonly List<ChildSpan> _spans = [];
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly long _begunAt = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private int _sent;

    internal ChildTrace(string name) => Begin(name, Request);

    /// <summary>Whether the request's next answer is not its last.</summary>
    internal bool GoesOn { get; set; }

    /// <summary>Begins a span.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="parent">The span that it is part of.</param>
    /// <returns>The span; −1 if there are too many.</returns>
    internal int Begin(string name, int parent = 0) => Put(new ChildSpan(name, parent, Now(), -1, null, []));

    /// <summary>Ends a span that was begun.</summary>
    /// <param name="span">The span.</param>
    /// <param name="attributes">What is known of it.</param>
    internal void End(int span, params ReadOnlySpan<SpanAttribute> attributes)
    {
        lock (_lock)
        {
            if (span >= _sent)
                _spans[span] = _spans[span] with { Duration = Now() - _spans[span].Start, Attributes = attributes.ToArray() };
        }
    }

    /// <summary>Adds a span that is over.</summary>
    /// <param name="name">What was done.</param>
    /// <param name="parent">The span that it was part of.</param>
    /// <param name="from">When it began, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="took">How long it took.</param>
    internal void Add(string name, int parent, long from, TimeSpan took) => Put(new ChildSpan(name, parent, At(from), took.Ticks / TimeSpan.TicksPerMicrosecond, null, []));

    /// <summary>What is in progress has failed.</summary>
    internal void Fail(string error)
    {
        lock (_lock)
        {
            for (var i = _sent; i < _spans.Count; i++)
            {
                if (_spans[i].Duration < 0)
                    _spans[i] = _spans[i] with { Error = error.Length <= SpanAttribute.MostText ? error : error[..SpanAttribute.MostText] };
            }
        }
    }

    /// <summary>The spans that were not sent; null for none.</summary>
    internal Spans? Take()
    {
        lock (_lock)
        {
            var now = Now();
            var spans = new ChildSpan[_spans.Count - _sent];
            for (var i = 0; i < spans.Length; i++)
            {
                var span = _spans[_sent + i];
                spans[i] = span.Duration < 0 ? span with { Duration = now - span.Start } : span;
            }
            _sent = _spans.Count;
            return spans.Length == 0 ? null : new Spans(spans);
        }
    }

    private int Put(in ChildSpan span)
    {
        lock (_lock)
        {
            if (_spans.Count == Spans.Most)
                return -1;
            _spans.Add(span);
            return _spans.Count - 1;
        }
    }

    private long Now() => At(Stopwatch.GetTimestamp());

    private long At(long ticks) => _begunAt + ((ticks - _begun) * 1_000_000 / Stopwatch.Frequency);
}
