using System.Net.Sockets;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;

namespace ActorBrowser.TestChild;

/// <summary>A request: what to do, with a number and bytes.</summary>
public sealed record Work(string What, int Number = 0, byte[]? Data = null);

/// <summary>Its answer, with a number of the child's own: in its namespace its pid is 1.</summary>
public sealed record Done(int Child, string Text, byte[]? Data = null);

/// <summary>Answered by the numbers from 1 to a last one, or without end for 0.</summary>
public sealed record Count(int To, string How = "");

/// <summary>A one-way message; the role publishes it as <see cref="Noted"/>.</summary>
public sealed record Note(string Text);

/// <summary>The event.</summary>
public sealed record Noted(string Text);

/// <summary>A typed role that does whatever a test wants, also what no role should. Its formatters are written by hand, so that it runs natively.</summary>
public sealed class TypedRole
{
    public static readonly RoleDefinition<TypedRole> Role = RoleDefinition.For("typed", static () => new TypedRole())
        .Handles<Work, Done>(static (role, work, context) => role.WorkAsync(work, context))
        .Streams<Count, int>(static (role, count, context) => role.CountAsync(count, context.Cancellation))
        .Receives<Note>(static (_, note, context) => note.Text == "throw" ? throw new InvalidOperationException("a note") : context.PublishAsync(new Noted(note.Text)))
        .Publishes<Noted>()
        .WithFormatters(new WorkFormatter(), new DoneFormatter(), new CountFormatter(), new NoteFormatter(), new NotedFormatter());

    private readonly int _number = Random.Shared.Next();
    private int _cancelled;

    private async ValueTask<Done> WorkAsync(Work work, RoleContext context)
    {
        switch (work.What)
        {
            case "throw":
                throw new InvalidOperationException("thrown on purpose", new FormatException("the reason"));
            case "overflow":
                return Answer(Overflow(1).ToString());
            case "out-of-memory":
                return Answer(TakeAll().ToString());
            case "exit":
                Environment.Exit(9);
                break;
            case "fail-fast":
                Environment.FailFast("failed on purpose");
                break;
            case "spin":
                while (true)
                {
                }
            case "deadlock":
                new ManualResetEventSlim().Wait(CancellationToken.None);
                break;
            case "read":
                return Answer(File.ReadAllText("/etc/passwd"));
            case "connect":
                using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
                    await socket.ConnectAsync("127.0.0.1", work.Number, context.Cancellation);
                return Answer("connected");
            case "wait":
                await context.PublishAsync(new Noted("waiting"));
                try
                {
                    await Task.Delay(Timeout.Infinite, context.Cancellation);
                }
                finally
                {
                    Interlocked.Increment(ref _cancelled);
                }
                break;
            case "cancelled":
                return Answer(Volatile.Read(ref _cancelled).ToString());
            case "bytes":
                return new Done(_number, "", new byte[work.Number]);
            default:
                return new Done(_number, work.What, work.Data);
        }
        return Answer("unexpected");
    }

    private async IAsyncEnumerable<int> CountAsync(Count count, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            for (var i = 1; i <= count.To || count.To == 0; i++)
            {
                yield return i;
                if (count.How == "slowly")
                    await Task.Delay(1, cancellation);
            }
            if (count.How == "throw")
                throw new InvalidOperationException("counted enough");
        }
        finally
        {
            Interlocked.Increment(ref _cancelled);
        }
    }

    private Done Answer(string text) => new(_number, text);

    private static int Overflow(int depth) => depth == int.MaxValue ? 0 : Overflow(depth + 1) + 1;

    private static int TakeAll()
    {
        var taken = new List<byte[]>();
        while (true)
        {
            var piece = new byte[1 << 20];
            Array.Fill(piece, (byte)1);
            taken.Add(piece);
        }
    }

    private abstract class ArrayFormatter<T>(int fields) : IMessagePackFormatter<T>
    {
        public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
        {
            writer.WriteArrayHeader(fields);
            Write(ref writer, value);
        }

        public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            if (reader.ReadArrayHeader() != fields)
                throw new MessagePackSerializationException($"A {typeof(T).Name} has {fields} fields.");
            return Read(ref reader);
        }

        protected abstract void Write(ref MessagePackWriter writer, T value);

        protected abstract T Read(ref MessagePackReader reader);

        protected static string Text(ref MessagePackReader reader) => reader.ReadString() ?? throw new MessagePackSerializationException("A text is nil.");

        protected static byte[]? Bytes(ref MessagePackReader reader) => reader.ReadBytes() is { } bytes ? System.Buffers.BuffersExtensions.ToArray(bytes) : null;
    }

    private sealed class WorkFormatter() : ArrayFormatter<Work>(3)
    {
        protected override void Write(ref MessagePackWriter writer, Work value)
        {
            writer.Write(value.What);
            writer.Write(value.Number);
            writer.Write(value.Data);
        }

        protected override Work Read(ref MessagePackReader reader) => new(Text(ref reader), reader.ReadInt32(), Bytes(ref reader));
    }

    private sealed class DoneFormatter() : ArrayFormatter<Done>(3)
    {
        protected override void Write(ref MessagePackWriter writer, Done value)
        {
            writer.Write(value.Child);
            writer.Write(value.Text);
            writer.Write(value.Data);
        }

        protected override Done Read(ref MessagePackReader reader) => new(reader.ReadInt32(), Text(ref reader), Bytes(ref reader));
    }

    private sealed class CountFormatter() : ArrayFormatter<Count>(2)
    {
        protected override void Write(ref MessagePackWriter writer, Count value)
        {
            writer.Write(value.To);
            writer.Write(value.How);
        }

        protected override Count Read(ref MessagePackReader reader) => new(reader.ReadInt32(), Text(ref reader));
    }

    private sealed class NotedFormatter() : ArrayFormatter<Noted>(1)
    {
        protected override void Write(ref MessagePackWriter writer, Noted value) => writer.Write(value.Text);

        protected override Noted Read(ref MessagePackReader reader) => new(Text(ref reader));
    }
}

// <!-- formatter -->
public sealed class NoteFormatter : IMessagePackFormatter<Note>
{
    public void Serialize(ref MessagePackWriter writer, Note value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(1);
        writer.Write(value.Text);
    }

    public Note Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        // The bytes may be hostile: check them, and throw what you like.
        if (reader.ReadArrayHeader() != 1 || reader.ReadString() is not { } text)
            throw new MessagePackSerializationException("A Note is an array of one text.");
        return new Note(text);
    }
}
// <!-- /formatter -->
