using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A message that asks for work which has a span: see "Tracing" in the documentation.</summary>
public abstract record TracedMessage : INoSerializationVerificationNeeded
{
    private protected TracedMessage()
    {
    }

    /// <summary>The span that the work's span is part of; unless set, the current one where this message is made, or none without a listener.</summary>
    public ActivityContext TraceParent { get; init; } = BrowserTracing.Asker;
}
