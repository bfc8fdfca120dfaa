using System.Text.RegularExpressions;
using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Says why a script has no value.</summary>
internal static class ScriptFailures
{
    private const int LongestMessage = 2000;

    /// <summary>What an exception means.</summary>
    internal static ScriptFailed Of(Exception e) => e switch
    {
        ScriptStoppedException stopped => new ScriptFailed(stopped.Kind, stopped.Message, 0, 0),
        JavaScriptException thrown => OfThrown(thrown),
        RegexMatchTimeoutException => new ScriptFailed(ScriptFailure.TimedOut, "A regular expression took too long.", 0, 0),
        InsufficientExecutionStackException => new ScriptFailed(ScriptFailure.TooDeep, "The script is nested too deep.", 0, 0),
        OutOfMemoryException => new ScriptFailed(ScriptFailure.OutOfMemory, "There is no memory left for the script.", 0, 0),
        PromiseRejectedException rejected => new ScriptFailed(ScriptFailure.Failed, Shorten(Describe(rejected.RejectedValue)), 0, 0),
        _ => new ScriptFailed(ScriptFailure.Failed, Shorten($"{e.GetType().Name}: {e.Message}"), 0, 0),
    };

    /// <summary>What a promise was rejected with.</summary>
    internal static ScriptFailed OfRejection(JsValue reason) => new(ScriptFailure.Failed, Shorten(Describe(reason)), 0, 0);

    /// <summary>A thrown value in words. No code of the page runs for that, so an accessor is not read.</summary>
    internal static string Describe(JsValue value)
    {
        if (value is not ObjectInstance thrown)
            return value is JsSymbol ? "Symbol" : TypeConverter.ToString(value);
        var (name, message) = (DataOf(thrown, "name"), DataOf(thrown, "message"));
        return name.Length == 0 && message.Length == 0 ? "Object" : name.Length == 0 ? message : message.Length == 0 ? name : $"{name}: {message}";
    }

    private static string DataOf(ObjectInstance at, string property)
    {
        for (var (holder, steps) = ((ObjectInstance?)at, 0); holder is not null && steps < 16; holder = holder.Prototype, steps++)
        {
            // A proxy would run code of the page.
            if (holder.GetType().Name == "JsProxy")
                return "";
            if (holder.GetOwnProperty(property) is var found && found.IsDataDescriptor())
                return found.Value is JsString text ? text.ToString() : found.Value.IsPrimitive() ? TypeConverter.ToString(found.Value) : "";
        }
        return "";
    }

    private static ScriptFailed OfThrown(JavaScriptException thrown)
    {
        var message = Describe(thrown.Error);
        var kind = message.EndsWith("Maximum call stack size exceeded", StringComparison.Ordinal) ? ScriptFailure.TooDeep
            : message.EndsWith("Cyclic reference detected.", StringComparison.Ordinal) ? ScriptFailure.NoJson
            : ScriptFailure.Failed;
        var start = thrown.Location.Start;
        return new ScriptFailed(kind, Shorten(message), Math.Max(0, start.Line), start.Line > 0 ? start.Column + 1 : 0);
    }

    private static string Shorten(string message) => LiveDocument.Shorten(message, LongestMessage);
}
