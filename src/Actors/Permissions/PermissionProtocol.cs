using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Questions that a command's refusals become, and their answers. A command with <see cref="RefusalMode.Ask"/> waits at a refused open,
/// exec or connection until somebody decides; the deadline denies. Questions go to <see cref="ActorBrowserOptions.PermissionPolicy"/> and,
/// as <see cref="PermissionRequested"/>, to the actor system's event stream.
/// </summary>
public static class PermissionProtocol
{
    /// <summary>A message to the permission broker; send it to the browser.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>A message from the permission broker.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>A command waits for a decision. Answer it with <see cref="Decide"/>.</summary>
    /// <param name="Id">The question's number; never used again by this browser.</param>
    /// <param name="Session">The command's handle, as in <see cref="CommandProtocol.Spawned"/>.</param>
    /// <param name="Profile">The command's sandbox profile.</param>
    /// <param name="Command">The command as shown in lists.</param>
    /// <param name="Why">One sentence: the rule that refuses it.</param>
    /// <param name="Deadline">When it is denied unless somebody has decided, in UTC.</param>
    public abstract record PermissionRequested(long Id, string Session, string Profile, string Command, string Why, DateTimeOffset Deadline) : IEvent;

    /// <summary>A command wants to connect.</summary>
    /// <param name="Id">The question's number.</param>
    /// <param name="Session">The command's handle.</param>
    /// <param name="Profile">The command's profile.</param>
    /// <param name="Command">The command as shown in lists.</param>
    /// <param name="Host">The name in ASCII (punycode), lower case, or an address in its canonical form, without brackets.</param>
    /// <param name="Port">1 to 65535.</param>
    /// <param name="Protocol">How the command asked.</param>
    /// <param name="Why">One sentence: the rule that refuses it.</param>
    /// <param name="Deadline">When it is denied, in UTC.</param>
    public sealed record EgressRequested(
        long Id, string Session, string Profile, string Command, string Host, int Port, EgressProtocol Protocol, string Why, DateTimeOffset Deadline)
        : PermissionRequested(Id, Session, Profile, Command, Why, Deadline);

    /// <summary>A command wants to open or execute a file that it was not granted.</summary>
    /// <param name="Id">The question's number.</param>
    /// <param name="Session">The command's handle.</param>
    /// <param name="Profile">The command's profile.</param>
    /// <param name="Command">The command as shown in lists.</param>
    /// <param name="Path">The absolute path, links resolved.</param>
    /// <param name="Access">What it wants to do.</param>
    /// <param name="Why">One sentence: the rule that refuses it.</param>
    /// <param name="Deadline">When it is denied, in UTC.</param>
    public sealed record FileRequested(
        long Id, string Session, string Profile, string Command, string Path, FilePermission Access, string Why, DateTimeOffset Deadline)
        : PermissionRequested(Id, Session, Profile, Command, Why, Deadline);

    /// <summary>Answers a question. A second answer, or one that is too late, changes nothing. Answered by <see cref="Decided"/>.</summary>
    /// <param name="Id">From <see cref="PermissionRequested"/>.</param>
    /// <param name="Decision">The decision.</param>
    /// <param name="Sentence">Why; a denial's sentence is in the command's exit, and for a connection on its stderr. Null for none.</param>
    /// <param name="By">Who decided, for the audit log. Null for the sender's path.</param>
    public sealed record Decide(long Id, PermissionDecision Decision, string? Sentence = null, string? By = null) : ICommand, IValidated
    {
        private const int Longest = 1000;

        object? IValidated.Refusal()
        {
            var problem = !Enum.IsDefined(Decision) ? $"Decision is {(int)Decision}, which PermissionDecision does not define"
                : Sentence?.Length > Longest ? $"Sentence has {Sentence.Length} characters; at most {Longest} are allowed"
                : By?.Length > Longest ? $"By has {By.Length} characters; at most {Longest} are allowed"
                : null;
            return problem is null ? null : new Status.Failure(new InvalidMessageException(nameof(Decide), problem));
        }
    }

    /// <summary>Lists the questions that wait for a decision. Answered by <see cref="OpenQuestions"/>.</summary>
    public sealed class GetOpenQuestions : ICommand
    {
        /// <summary>The one GetOpenQuestions.</summary>
        public static readonly GetOpenQuestions Instance = new();

        private GetOpenQuestions()
        {
        }
    }

    /// <summary>The questions that wait for a decision.</summary>
    /// <param name="All">Oldest first.</param>
    public sealed record OpenQuestions(IReadOnlyList<PermissionRequested> All) : IEvent;

    /// <summary>A question was decided: the answer to <see cref="Decide"/>, and an event for subscribers.</summary>
    /// <param name="Id">The question's number.</param>
    /// <param name="Decision">The decision that holds.</param>
    /// <param name="Sentence">Why.</param>
    /// <param name="By">Who decided; "rule", "deadline", "command ended" or "broker" (it failed, or stopped) if nobody did.</param>
    /// <param name="Accepted">Whether this is the sender's own decision; false if another came first or no such question is open.</param>
    public sealed record Decided(long Id, PermissionDecision Decision, string Sentence, string By, bool Accepted) : IEvent;
}

/// <summary>An answer to a command's question.</summary>
public enum PermissionDecision
{
    /// <summary>Refused, with a sentence.</summary>
    Deny,

    /// <summary>Granted for this one open, exec or connection.</summary>
    AllowOnce,

    /// <summary>Granted until the command's session ends.</summary>
    AllowForSession,

    /// <summary>Granted to every command with the profile, until the browser stops.</summary>
    AllowForProfile,
}

/// <summary>What happens at a refusal that may be asked about.</summary>
public enum RefusalMode
{
    /// <summary>It fails at once.</summary>
    Deny,

    /// <summary>It waits for a decision.</summary>
    Ask,
}

/// <summary>How a command asked for a connection.</summary>
public enum EgressProtocol
{
    /// <summary>A connection to an address, without a proxy.</summary>
    Tcp,

    /// <summary>HTTP CONNECT.</summary>
    Connect,

    /// <summary>A plain HTTP request to a proxy.</summary>
    Http,

    /// <summary>SOCKS5.</summary>
    Socks,

    /// <summary>A name look-up.</summary>
    Name,
}

/// <summary>What a command wants to do with a file.</summary>
[Flags]
public enum FilePermission
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read it, or list it.</summary>
    Read = 1,

    /// <summary>Write, create or truncate it.</summary>
    Write = 2,

    /// <summary>Execute it.</summary>
    Execute = 4,
}
