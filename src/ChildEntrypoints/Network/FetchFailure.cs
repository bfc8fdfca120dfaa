using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Why a fetch ends without its body: what the parent will be told.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">One sentence.</param>
internal sealed record FetchFailure(FetchErrorKind Kind, string Message);

/// <summary>Carries a failure through code that knows exceptions only, HTTP's own included.</summary>
internal sealed class FetchFailedException(FetchFailure failure, Exception? cause = null) : Exception(failure.Message, cause)
{
    internal FetchFailedException(FetchErrorKind kind, string message, Exception? cause = null) : this(new FetchFailure(kind, message), cause)
    {
    }

    internal FetchFailure Failure { get; } = failure;
}
