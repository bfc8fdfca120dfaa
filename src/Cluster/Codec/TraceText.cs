using System.Diagnostics;

namespace ActorBrowser.Cluster;

/// <summary>A span's context between nodes, as W3C Trace Context writes it.</summary>
internal static class TraceText
{
    internal static string? Of(ActivityContext context) => context == default ? null
        : $"00-{context.TraceId.ToHexString()}-{context.SpanId.ToHexString()}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    /// <summary>Reads a context; none if it is not one.</summary>
    internal static ActivityContext Read(string? text) => text is not null && ActivityContext.TryParse(text, null, isRemote: true, out var context) ? context : default;
}
