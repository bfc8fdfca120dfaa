using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>To a command's session: what the command's stderr is to say of the sandbox, once it has started.</summary>
/// <param name="Sentence">One sentence.</param>
internal sealed record CommandNotice(string Sentence) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
