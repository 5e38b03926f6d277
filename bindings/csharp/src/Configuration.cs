using System;
using System.Collections.Generic;
using System.Globalization;
using System.Xml;

namespace Alioss
{
    /// <summary>
    /// A document of the service that has a class of its own. What it does not say is null or empty, and is not sent.
    /// </summary>
    public abstract class Configuration : IMapped
    {
        internal Configuration()
        {
        }

        /// <summary>The answer that it came with; null for one of your own.</summary>
        public OssResponse? Response { get; private set; }

        internal abstract string Root { get; }

        /// <summary>It as XML, as it is sent.</summary>
        /// <exception cref="ArgumentNullException">An element of a list is null; the exception has its path.</exception>
        /// <exception cref="OssException">A text holds a character that XML cannot.</exception>
        public byte[] ToXml()
        {
            var document = new Document(Root);
            ((IMapped)this).Map(new Mapper(document.Root, true));
            return document.ToBytes();
        }

        internal abstract void Map(Mapper map);

        void IMapped.Map(Mapper map) => Map(map);

        /// <summary>What <paramref name="response"/> holds.</summary>
        /// <exception cref="OssException">Something else: <see cref="OssStatus.BadResponse"/>.</exception>
        internal static T Of<T>(OssResponse response) where T : Configuration, new()
        {
            var document = Document.Parse(response.Body);
            var made = new T { Response = response };
            if (document.RootName != made.Root)
            {
                throw Mapper.Bad($"the document is a `{document.RootName}`, not a `{made.Root}`");
            }
            made.Map(new Mapper(document.Root, false));
            return made;
        }
    }

    /// <summary>What XML maps to.</summary>
    internal interface IMapped
    {
        /// <summary>Names each property once, for reading and writing.</summary>
        void Map(Mapper map);
    }

    /// <summary>
    /// Reads or writes the children of an element: each method takes what a property holds, writes it or not, and returns what
    /// the property is to hold. So one list of properties serves both ways, without reflection.
    /// </summary>
    internal sealed class Mapper
    {
        private const NumberStyles Whole =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

        private static readonly string[] Iso =
        {
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd",
        };

        private readonly XmlElement element;
        private readonly bool writing;

        internal Mapper(XmlElement element, bool writing)
        {
            this.element = element;
            this.writing = writing;
        }

        internal bool IsReading => !writing;

        internal static OssException Bad(string message) => OssException.Plain((int)OssStatus.BadResponse, message);

        internal string? Text(string name, string? value)
        {
            if (writing)
            {
                Write(name, value);
                return value;
            }
            var child = Document.Child(element, name, 0);
            return child == null ? null : Document.TextOf(child);
        }

        internal long? Number(string name, long? value)
        {
            string? text = Text(name, value?.ToString(CultureInfo.InvariantCulture));
            if (writing || string.IsNullOrWhiteSpace(text))
            {
                return value;
            }
            return long.TryParse(text, Whole, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw Bad($"`{name}` is not a number: {text}");
        }

        internal bool? Flag(string name, bool? value)
        {
            string? text = Text(name, value.HasValue ? (value.Value ? "true" : "false") : null);
            if (writing || string.IsNullOrWhiteSpace(text))
            {
                return value;
            }
            return bool.TryParse(text, out bool flag) ? flag : throw Bad($"`{name}` is neither true nor false: {text}");
        }

        internal DateTimeOffset? Time(string name, DateTimeOffset? value)
        {
            string? text = Text(
                name, value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (writing || string.IsNullOrWhiteSpace(text))
            {
                return value;
            }
            // What is looser takes "12:00" for noon today.
            return DateTimeOffset.TryParseExact(
                text!.Trim(), Iso, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
                ? time
                : throw Bad($"`{name}` is not a time: {text}");
        }

        internal T? Child<T>(string name, T? value) where T : class, IMapped, new()
        {
            if (writing)
            {
                value?.Map(new Mapper(Document.Append(element, name), true));
                return value;
            }
            var child = Document.Child(element, name, 0);
            return child == null ? null : Read<T>(child);
        }

        internal void Children<T>(string name, IList<T> values) where T : class, IMapped, new()
        {
            if (writing)
            {
                for (int index = 0; index < values.Count; index++)
                {
                    T value = Item(values, index, name);
                    value.Map(new Mapper(Document.Append(element, name), true));
                }
                return;
            }
            foreach (XmlElement child in All(name))
            {
                values.Add(Read<T>(child));
            }
        }

        internal void Texts(string name, IList<string> values)
        {
            if (writing)
            {
                for (int index = 0; index < values.Count; index++)
                {
                    Write(name, Item(values, index, name), index);
                }
                return;
            }
            foreach (XmlElement child in All(name))
            {
                values.Add(Document.TextOf(child));
            }
        }

        /// <summary>What lies below an element that has no class; it is written if <paramref name="any"/>.</summary>
        internal Mapper Inside(string name, bool any = true)
        {
            var child = writing
                ? any ? Document.Append(element, name) : element.OwnerDocument.CreateElement(name)
                : Document.Child(element, name, 0) ?? element.OwnerDocument.CreateElement(name);
            return new Mapper(child, writing);
        }

        private static T Read<T>(XmlElement from) where T : class, IMapped, new()
        {
            var made = new T();
            made.Map(new Mapper(from, false));
            return made;
        }

        /// <summary>An item of a list, which may not be null.</summary>
        private T Item<T>(IList<T> values, int index, string name) where T : class =>
            values[index] ?? throw new ArgumentNullException(PathOf($"{name}[{index}]"), "an element of a list is null");

        /// <summary>Writes a text, which may be one of a list.</summary>
        private void Write(string name, string? value, int index = -1)
        {
            if (value != null)
            {
                if (!Document.CanHold(value))
                {
                    throw Document.CannotHold(PathOf(index < 0 ? name : $"{name}[{index}]"));
                }
                Document.Append(element, name).AppendChild(element.OwnerDocument.CreateTextNode(value));
            }
        }

        /// <summary>What is called <paramref name="name"/> here, from below the root.</summary>
        private string PathOf(string name)
        {
            XmlNode at = element;
            while (at != element.OwnerDocument.DocumentElement && at.ParentNode != null)
            {
                int before = 0;
                for (XmlNode? node = at.PreviousSibling; node != null; node = node.PreviousSibling)
                {
                    before += node.LocalName == at.LocalName ? 1 : 0;
                }
                name = at.LocalName + (before > 0 ? $"[{before}]." : ".") + name;
                at = at.ParentNode;
            }
            return name;
        }

        private IEnumerable<XmlElement> All(string name)
        {
            XmlElement? child;
            for (int index = 0; (child = Document.Child(element, name, index)) != null; index++)
            {
                yield return child;
            }
        }
    }
}
