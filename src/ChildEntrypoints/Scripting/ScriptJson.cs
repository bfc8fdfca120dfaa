using System.Buffers;
using System.Text;
using ActorBrowser.Transport;
using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Writes a script's value as JSON.</summary>
internal sealed class ScriptJson
{
    private readonly Engine _engine;
    private readonly ClrFunction _replace;

    internal ScriptJson(Engine engine)
    {
        _engine = engine;
        _replace = new ClrFunction(engine, "", static (_, arguments) => arguments.Length > 1 ? Plain(arguments[1]) : JsValue.Undefined, 2, PropertyFlag.Configurable);
    }

    /// <summary>The value as <c>JSON.stringify</c> writes it; <c>null</c> where that has no text. Elements are their outer HTML, lists of them are arrays.</summary>
    /// <exception cref="ScriptStoppedException">The text is too long.</exception>
    internal string Write(JsValue value)
    {
        var text = new Limited();
        return new JsonSerializer(_engine).Serialize(value, _replace, JsValue.Undefined, text) ? text.ToString() : "null";
    }

    private static JsValue Plain(JsValue value) => value switch
    {
        JsNode node => node.Html,
        JsNodeList list => list.ToArray(),
        _ => value,
    };

    /// <summary>Stops as soon as the text is too long, not when all of it is there.</summary>
    private sealed class Limited : IBufferWriter<byte>
    {
        private byte[] _bytes = new byte[256];
        private int _length;

        public void Advance(int count)
        {
            _length += count;
            if (_length > ScriptAnswer.LongestJson)
                throw TooLarge();
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _bytes.AsMemory(_length);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Reserve(sizeHint);
            return _bytes.AsSpan(_length);
        }

        public override string ToString() => Encoding.UTF8.GetString(_bytes, 0, _length);

        private void Reserve(int more)
        {
            if (more > 2 * ScriptAnswer.LongestJson)
                throw TooLarge();
            if (_bytes.Length - _length < Math.Max(more, 1))
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + Math.Max(more, 1)));
        }

        private static ScriptStoppedException TooLarge() => new(ScriptFailure.AnswerTooLarge, $"The script's value is longer than {ScriptAnswer.LongestJson >> 10} KiB as JSON; return less at a time.");
    }
}
