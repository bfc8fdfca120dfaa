using System.Text.Json.Serialization;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Everything that a task manager shows, at one moment. Texts come from pages, commands and children, and are as hostile as these: one line each, shortened, without control characters.</summary>
/// <param name="At">When it was taken.</param>
/// <param name="Processes">The browser itself (number 0), its children by number, and below each command runner the processes of its commands (negative numbers).</param>
/// <param name="Pools">The pools, by role.</param>
/// <param name="Fetches">Fetches under way, oldest first; at most <see cref="ProcessWatch.MostListed"/>.</param>
/// <param name="FetchCount">How many fetches are under way.</param>
/// <param name="Crashes">The crash reports, newest first; at most <see cref="ProcessWatch.MostListed"/>.</param>
/// <param name="Violations">The last refused system calls, newest first.</param>
internal sealed record Picture(
    DateTimeOffset At, IReadOnlyList<ProcessRow> Processes, IReadOnlyList<PoolRow> Pools, IReadOnlyList<FetchRow> Fetches, int FetchCount,
    IReadOnlyList<CrashRow> Crashes, IReadOnlyList<ViolationRow> Violations) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

/// <summary>One process.</summary>
/// <param name="Number">Its number in this browser.</param>
/// <param name="Parent">The number of the process below which it is shown; −1 for the browser.</param>
/// <param name="ProcessId">Its pid.</param>
/// <param name="Role">Its role; <c>browser</c>, or <c>process</c> for one that a command started.</param>
/// <param name="Name">The site and title, or the commands, that it works on; empty for none.</param>
/// <param name="State">Its <see cref="ChildState"/>, in words.</param>
/// <param name="Image"><c>native</c>, <c>JIT</c>, or empty while unknown.</param>
/// <param name="Layers">How many layers of confinement are in force.</param>
/// <param name="OfLayers">How many could be; 0 while unknown, and for what is no child.</param>
/// <param name="Missing">Why each of the others is not in force, one a line.</param>
/// <param name="Processor">Percent of one processor since the last picture; null before there are two, and where it cannot be read.</param>
/// <param name="Memory">Its proportional memory (PSS) in bytes; null where it cannot be read.</param>
/// <param name="IsResident">Whether the memory is the resident memory instead, shared pages included, because this process may not read the other.</param>
/// <param name="InFlight">Requests that it has not ended.</param>
/// <param name="Queued">Messages that wait until it is ready.</param>
/// <param name="StartedAt">When it was started; null if unknown.</param>
/// <param name="Restarts">How many processes of its role have ended although nobody had asked for it, and were replaced where they were needed.</param>
/// <param name="Orders">What can be done with it.</param>
internal sealed record ProcessRow(
    long Number, long Parent, int ProcessId, string Role, string Name, string State, string Image, int Layers, int OfLayers, string Missing,
    double? Processor, long? Memory, bool IsResident, int InFlight, int Queued, DateTimeOffset? StartedAt, int Restarts, ProcessOrder Orders);

/// <summary>One pool.</summary>
internal sealed record PoolRow(string Role, int Processes, int Lent, int Idle, int Waiting, string Problem);

/// <summary>One fetch under way. The URL has neither a password nor a query.</summary>
internal sealed record FetchRow(ulong Id, string Method, string Url, long Milliseconds, int Status, long Received, int ProcessId);

/// <summary>One crash report.</summary>
internal sealed record CrashRow(string Id, string Role, int ProcessId, string Reason, string Message, string LastLine, DateTimeOffset EndedAt);

/// <summary>One refused system call.</summary>
/// <param name="Number">Counts them.</param>
/// <param name="At">When the browser learned of it.</param>
/// <param name="Role">The child's role.</param>
/// <param name="ProcessId">The pid of the process that made the call.</param>
/// <param name="Call">The call with its arguments.</param>
/// <param name="Rule">The sentence that says what was refused.</param>
internal sealed record ViolationRow(long Number, DateTimeOffset At, string Role, int ProcessId, string Call, string Rule);

/// <summary>A picture as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Picture))]
[JsonSerializable(typeof(PictureChange))]
internal sealed partial class PictureJson : JsonSerializerContext;
